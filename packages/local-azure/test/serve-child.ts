/** A local Azure as a process of its own, to be killed: `node serve-child.ts DATA_DIR`. Says its url over the channel. */
import { startLocalAzure } from "../src/index.ts";
import { GROUP, PRINCIPAL, plainEntra, SUBSCRIPTION } from "./lab.ts";

const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error("DATA_DIR is missing");
const azure = await startLocalAzure({ dataDir, entra: plainEntra });
await azure.fabric.ensureSubscription({ id: SUBSCRIPTION, name: "Test" });
await azure.fabric.ensureResourceGroup({ subscriptionId: SUBSCRIPTION, name: GROUP, location: "westeurope" });
await azure.fabric.addRoleAssignment({
  principalId: PRINCIPAL,
  scope: `/subscriptions/${SUBSCRIPTION}`,
  role: "Contributor",
});
process.once("disconnect", () => process.exit(0));
process.send?.({ url: azure.url, controlToken: azure.controlToken });
