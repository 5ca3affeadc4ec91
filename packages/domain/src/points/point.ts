/** Recovery points: their states, how their delta was found, how they are verified and listed. */

/**
 * `damaged`: content was found missing or wrong. `soft-deleted`: not offered any more, and whole until it is purged. `deleted`: the
 * content is gone; the row stays as evidence.
 */
export const pointStates = ["available", "damaged", "soft-deleted", "deleting", "deleted"] as const;
export type PointState = (typeof pointStates)[number];

/** Whether a point in this state is offered: it can be read, verified, pinned and pruned, and counts as a point of its VM. */
const isHeld = {
  available: true,
  damaged: true,
  "soft-deleted": false,
  deleting: false,
  deleted: false,
} as const satisfies Record<PointState, boolean>;

export type HeldPointState = {
  [S in PointState]: (typeof isHeld)[S] extends true ? S : never;
}[PointState];

export function isHeldPointState(state: PointState): state is HeldPointState {
  return isHeld[state];
}

/** The states of a point that is offered. */
export const heldPointStates: readonly HeldPointState[] = pointStates.filter(isHeldPointState);

/** The states of a point whose content is whole in the vault, as far as is known. */
export const storedPointStates = [
  ...heldPointStates,
  "soft-deleted",
] as const satisfies readonly PointState[];

/**
 * How the changed blocks of a disk were found:
 * - `full`: no earlier point could serve as a base, so every allocated block was read
 * - `changed-ranges`: Azure listed what changed since the base's snapshot
 * - `digest-comparison`: every allocated block was read and compared with the base by digest
 */
export const deltaMethods = ["full", "changed-ranges", "digest-comparison"] as const;
export type DeltaMethod = (typeof deltaMethods)[number];

/**
 * `quick` checks structure and existence; `full` decrypts and digests every byte; `sampled` does that for the next part of the point, so
 * that ten of them cover it.
 */
export const verifyModes = ["quick", "sampled", "full"] as const;
export type VerifyMode = (typeof verifyModes)[number];

export const pointSorts = ["takenAt", "vm", "movedBytes", "expiresAt"] as const;
export type PointSort = (typeof pointSorts)[number];
