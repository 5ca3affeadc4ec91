/** A virtual machine as a row: for tests that need none in Azure. */
import { randomUUID } from "node:crypto";

export function vmRow(
  name: string,
  { subscription = "s", group = "rg" }: { readonly subscription?: string; readonly group?: string } = {},
) {
  return {
    id: randomUUID(),
    resourceId: `/subscriptions/${subscription}/resourcegroups/${group}/${name}`,
    azureVmId: `azure-${name}`,
    name,
    subscriptionId: subscription,
    resourceGroup: group,
    location: "westeurope",
    osType: "linux",
    size: "Standard_B2s",
    powerState: "running",
    agentState: "ready",
    tags: {},
    tagIndex: [],
    disks: [],
    configuration: {},
  };
}
