/** When the next backup takes a snapshot of each disk: a stopped VM that cannot have a restore point of all its disks. Pure. */

import type { DiskKey } from "../vms/disk-key.ts";
import { judgeSuitability, refusalOfVm, refusedDisks, type SuitabilityInput } from "../vms/vm-suitability.ts";
import { isStoppedState } from "./consistency.ts";

export interface SingleDisks {
  /** The VM is stopped, and nothing else forbids snapshots of its disks. */
  readonly isPossible: boolean;
  /** Azure creates no crash-consistent restore point of the VM at all. */
  readonly isWithoutPoint: boolean;
  /** Disks that such a restore point leaves out, although a snapshot of each disk includes them. */
  readonly left: readonly DiskKey[];
}

/** @param vm with the disks that its protection includes */
export function singleDisksOf(vm: Omit<SuitabilityInput, "request">): SingleDisks {
  const byPoint = judgeSuitability({ ...vm, request: "crash" });
  const each = judgeSuitability({ ...vm, request: "disks" });
  const isPossible = isStoppedState(vm.powerState) && refusalOfVm(each) === null;
  const alone = refusedDisks(each);
  const left = isPossible ? [...refusedDisks(byPoint).keys()].filter((key) => !alone.has(key)) : [];
  return { isPossible, isWithoutPoint: refusalOfVm(byPoint) !== null, left };
}

/** The request of the next backup, of which `planned` is the best that the guest allows. */
export function nextRequest(
  vm: Omit<SuitabilityInput, "request">,
  planned: SuitabilityInput["request"],
): SuitabilityInput["request"] {
  if (planned !== "crash") return planned;
  const { isPossible, isWithoutPoint, left } = singleDisksOf(vm);
  return isPossible && (isWithoutPoint || left.length > 0) ? "disks" : planned;
}
