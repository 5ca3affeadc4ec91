/** Recovery points in a row that are less consistent than their policy requests. */

import { type Notice, notice } from "../notices/notices.ts";
import type { Consistency } from "../policies/consistency.ts";
import { consistencyRank } from "./consistency.ts";

/**
 * So many in a row need attention. One VSS failure makes four: Azure stays with file consistency for the three snapshots after it,
 * and then tries again (https://learn.microsoft.com/azure/virtual-machines/virtual-machines-restore-points-vm-snapshot-extension).
 */
export const downgradesForAttention = 5;
/** A longer run is not counted on. */
export const downgradesCounted = 100;

export interface ReachedLevel {
  readonly wanted: Consistency;
  readonly reached: Consistency;
}

/** How many of a VM's newest points, newest first, are all lower than requested. */
export function runOfDowngrades(points: readonly ReachedLevel[]): number {
  const end = points.findIndex(({ wanted, reached }) => consistencyRank[reached] >= consistencyRank[wanted]);
  return end === -1 ? points.length : end;
}

/** A run of at least one point, with the levels of the newest; null when the newest point has the requested level. */
export function downgradesOf(
  points: readonly ReachedLevel[],
): (ReachedLevel & { readonly points: number }) | null {
  const run = runOfDowngrades(points);
  const [newest] = points;
  return newest === undefined || run === 0 ? null : { ...newest, points: run };
}

/** The sentence about a run that needs attention; null when it does not. */
export function downgradesNotice(points: readonly ReachedLevel[]): Notice | null {
  const run = downgradesOf(points);
  return run === null || run.points < downgradesForAttention ? null : notice("consistency-downgrades", run);
}
