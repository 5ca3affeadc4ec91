/** VMs that no longer exist in Azure. */
import type { Tx } from "../tx.ts";

/** Current rows with the resource id of this VM but another Azure id: the VM was re-created under the same name. */
export async function listPredecessors(
  tx: Tx,
  vm: { readonly resourceId: string; readonly azureVmId: string },
): Promise<{ id: string; name: string }[]> {
  return tx.virtualMachine.findMany({
    where: { resourceId: vm.resourceId.toLowerCase(), azureVmId: { not: vm.azureVmId }, deletedAt: null },
    select: { id: true, name: true },
  });
}

/** Marks a VM as deleted; its recovery points stay. Returns false when it was marked before. */
export async function markVmDeleted(tx: Tx, id: string, now: Date): Promise<boolean> {
  const marked = await tx.virtualMachine.updateMany({
    where: { id, deletedAt: null },
    data: { deletedAt: now },
  });
  return marked.count === 1;
}
