/** VMs that Azure moved to another resource group or subscription. */
import { isSameVm, type VmIdentity } from "@kluis/domain";
import type { Tx } from "../tx.ts";
import { type StoredVm, toStoredVm, vmFields } from "./write.ts";

/**
 * The stored row of this VM at another place, also one that is marked deleted: a discovery may notice first that the VM left.
 * Null for a VM that is stored at this place, and for one that was never seen.
 */
export async function findMovedVm(
  tx: Tx,
  vm: VmIdentity & { readonly resourceId: string },
): Promise<StoredVm | null> {
  if (vm.azureVmId === "") return null;
  const rows = await tx.virtualMachine.findMany({
    where: { azureVmId: vm.azureVmId },
    select: vmFields,
    orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }],
  });
  const stored = rows.map(toStoredVm);
  if (stored.some(({ resourceId }) => resourceId === vm.resourceId.toLowerCase())) return null;
  return stored.find((one) => isSameVm(one, vm)) ?? null;
}
