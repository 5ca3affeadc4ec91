/** Whether a VM at a new place is one that is already stored: Azure moves VMs between groups and subscriptions. */
import type { VmDisk } from "./vm.ts";
import type { OsType } from "./vm-os.ts";

/** What identifies a VM wherever it is. */
export interface VmIdentity {
  readonly azureVmId: string;
  readonly osType: OsType;
  readonly disks: readonly Pick<VmDisk, "uniqueId">[];
}

/**
 * A move keeps Azure's id of the VM and the unique ids of its disks. A VM with the id of a stored one but none of its disks is
 * another VM: its changed ranges and points would not belong together. Disks that could not be read prove nothing.
 */
export function isSameVm(stored: VmIdentity, found: VmIdentity): boolean {
  if (stored.azureVmId === "" || !sameText(stored.azureVmId, found.azureVmId)) return false;
  if (stored.osType !== found.osType) return false;
  const [before, now] = [uniqueIds(stored), uniqueIds(found)];
  return before.length === 0 || now.length === 0 || before.some((id) => now.includes(id));
}

function uniqueIds({ disks }: VmIdentity): string[] {
  return disks.flatMap(({ uniqueId }) => (uniqueId === "" ? [] : [uniqueId.toLowerCase()]));
}

function sameText(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
