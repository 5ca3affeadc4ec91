import { sumOf } from "#features/vms/history-view-model.ts";
import type { VmView } from "#lib/api-types.ts";

/** Whether a VM has no recovery point although a backup of the last 30 days made one: all of them were deleted. */
export function lostItsPoints(vm: Pick<VmView, "pointCount" | "history">): boolean {
  return vm.pointCount === 0 && sumOf(vm.history, "succeeded") + sumOf(vm.history, "warnings") > 0;
}
