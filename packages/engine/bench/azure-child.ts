/** The local Azure as a process of the benchmark: `node azure-child.ts DATA_DIR [PUBLIC_URL]`. Sends its address and secret when ready. */
import { lenientSettings, startLocalAzure } from "@kluis/local-azure";
import { emptySubscription } from "../test/world.ts";

const [dataDir = "", publicUrl] = process.argv.slice(2);
process.on("disconnect", () => process.exit(0));
const { url, controlToken, entra } = await startLocalAzure({
  dataDir,
  ...(publicUrl === undefined ? {} : { publicUrl }),
  seedFleet: emptySubscription,
  settings: lenientSettings,
});
process.send?.({ url, controlToken, secret: entra.secrets().engine });
