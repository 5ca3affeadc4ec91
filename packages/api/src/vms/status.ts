import type { VmCountsView, VmRow } from "@kluis/db";
import { type Notice, notice, noticeText, vmStatuses } from "@kluis/domain";

/** Why a VM has its status: an English sentence, and the notice that pages show. `lastError` says why a backup failed. */
export function statusReason({ status, lastError, hasHadPoints }: VmRow): {
  readonly reason: string;
  readonly notice: Notice;
} {
  const emptied = status === "waiting" && hasHadPoints;
  const why = notice(emptied ? "vm-points-deleted" : `vm-${status}`, {});
  const text = noticeText(why);
  const failed = status === "failing" && lastError !== null;
  return { reason: failed ? `${text.slice(0, -1)}: ${lastError.message}` : text, notice: why };
}

/** Returns the number of VMs that exist in Azure. */
export function existingVms(counts: VmCountsView): number {
  return vmStatuses.reduce((sum, status) => (status === "deleted" ? sum : sum + counts[status]), 0);
}
