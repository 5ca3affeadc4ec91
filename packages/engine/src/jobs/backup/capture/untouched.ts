/** Whether no VM used disks while a snapshot of each was taken, by what Azure says before and after. Pure. */

/** When Azure last noted that a VM began or ended to use a disk (`ownedSince`), before and after its snapshot. */
export interface OwnedTimes {
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * - `untouched`: no VM began or ended to use any of them.
 * - `used`: one did: at least one of the disks has another time.
 * - `unknown`: Azure gives no time for any disk, so that nothing proves it.
 *
 * A VM that starts takes all of its disks, so the time of one speaks for those without.
 */
export function judgeOwned(disks: readonly OwnedTimes[]): "untouched" | "used" | "unknown" {
  if (disks.some(({ before, after }) => before !== after)) return "used";
  return disks.every(({ after }) => after === null) ? "unknown" : "untouched";
}
