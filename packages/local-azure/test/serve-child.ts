/** A local Azure in its own process, for tests that kill it: `node serve-child.ts DATA_DIR`. */
import { lenientSettings, startLocalAzure } from "../src/index.ts";
import { plainEntra, seedSubscription } from "./lab.ts";

const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error("DATA_DIR is missing");
const azure = await startLocalAzure({ dataDir, entra: plainEntra, settings: lenientSettings });
await seedSubscription(azure.fabric);
process.once("disconnect", () => process.exit(0));
process.send?.({ url: azure.url, controlToken: azure.controlToken });
