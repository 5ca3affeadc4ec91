import type { OverviewView } from "@kluis/api/types";
import { type VmStatus, vmStatuses } from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";

type Counts = OverviewView["vms"];

/** How many VMs need attention: failing, at risk, unprotected. */
export function attentionCount(counts: Counts): number {
  return counts.failing + counts["at-risk"] + counts.unprotected;
}

/** "Is everything protected, and what needs attention?" in one line. `total` excludes VMs that were deleted in Azure. */
export function headline(counts: Counts, t: Texts<"overview">): string {
  const { total } = counts;
  if (total <= 0) return t("none");
  const first =
    counts.protected === total
      ? t("allProtected", { total })
      : t("someProtected", { done: counts.protected, total });
  return t("headline", { first, second: t("attentionCount", { count: attentionCount(counts) }) });
}

/** How many boxes the wall draws at most; with more VMs each box represents several. */
export const wallLimit = 160;

/**
 * The statuses of the wall's boxes, worst first; every status that occurs has at least one box.
 * Shares are rounded by largest remainder, so that the boxes add up.
 */
export function wallBoxes(counts: Counts, limit = wallLimit): readonly VmStatus[] {
  const shown = vmStatuses.filter((status) => status !== "deleted" && counts[status] > 0);
  const total = shown.reduce((sum, status) => sum + counts[status], 0);
  const boxes = Math.min(total, Math.max(limit, shown.length));
  const shares = shown.map((status) => {
    const exact = total === 0 ? 0 : (counts[status] / total) * boxes;
    return { status, count: Math.max(1, Math.floor(exact)), rest: exact - Math.floor(exact) };
  });
  let left = boxes - shares.reduce((sum, share) => sum + share.count, 0);
  for (const share of [...shares].sort((a, b) => b.rest - a.rest)) {
    if (left <= 0) break;
    share.count += 1;
    left -= 1;
  }
  for (const share of [...shares].sort((a, b) => b.count - a.count)) {
    if (left >= 0) break;
    const cut = Math.min(share.count - 1, -left);
    share.count -= cut;
    left += cut;
  }
  return shares.flatMap((share) => Array.from({ length: share.count }, () => share.status));
}

/** The share of the disks' size that the vault saves, 0 to 1; null while there is nothing to compare. */
export function savedShare(logicalBytes: number, storedBytes: number): number | null {
  if (storedBytes <= 0 || logicalBytes <= 0) return null;
  return Math.max(0, 1 - storedBytes / logicalBytes);
}
