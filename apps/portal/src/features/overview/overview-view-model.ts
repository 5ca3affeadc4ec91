import type { OverviewView, VmStatus } from "@kluis/api/types";
import { overviewMessages as text } from "#features/overview/messages.ts";
import { vmStatusOrder } from "#features/vms/url-state.ts";

type Counts = OverviewView["vms"];

/** Who waits for somebody: failing, at risk, unprotected. */
export function needingCount(counts: Counts): number {
  return counts.failing + counts["at-risk"] + counts.unprotected;
}

/** The answer to "is everything protected, and what needs me?" in one line. VMs gone from Azure do not count. */
export function headline(counts: Counts): string {
  const living = counts.total - counts.deleted;
  if (living <= 0) return text.none;
  const needs = needingCount(counts);
  const first =
    counts.protected === living ? text.allProtected(living) : text.someProtected(counts.protected, living);
  return `${first} ${text.needs(needs)}`;
}

/** How many boxes the wall draws at most; with more VMs each box stands for several. */
export const wallLimit = 160;

/**
 * The wall of boxes: one status per box, worst first, every status that occurs has at least one box.
 * Shares are rounded by largest remainder, so that the boxes always add up.
 */
export function wallBoxes(counts: Counts, limit = wallLimit): readonly VmStatus[] {
  const shown = vmStatusOrder.filter((status) => status !== "deleted" && counts[status] > 0);
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

/** How many times smaller the vault is than plain images, `12.4`; null while there is nothing to compare. */
export function savingFactor(logicalBytes: number, storedBytes: number): string | null {
  if (storedBytes <= 0 || logicalBytes <= 0) return null;
  const factor = logicalBytes / storedBytes;
  return new Intl.NumberFormat("en", { maximumFractionDigits: factor >= 100 ? 0 : 1 }).format(factor);
}
