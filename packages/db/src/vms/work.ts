import type { Tx } from "../tx.ts";

/** The VM as a backup found it, so that the inventory is not older than the newest point. */
export async function refreshVm(
  tx: Tx,
  vmId: string,
  seen: { readonly powerState: string; readonly agentState: string; readonly at: Date },
): Promise<void> {
  await tx.virtualMachine.updateMany({
    where: { id: vmId },
    data: { powerState: seen.powerState, agentState: seen.agentState, lastSeenAt: seen.at },
  });
}

/** Living rows of a resource id that belong to another VM than this one: what was there before it was made anew. */
export async function listPredecessors(
  tx: Tx,
  vm: { readonly resourceId: string; readonly azureVmId: string },
): Promise<{ id: string; name: string }[]> {
  return tx.virtualMachine.findMany({
    where: { resourceId: vm.resourceId.toLowerCase(), azureVmId: { not: vm.azureVmId }, deletedAt: null },
    select: { id: true, name: true },
  });
}
