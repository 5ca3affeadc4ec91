/** Why a recovery point cannot be held, released, removed or brought back: reasons of CONFLICT. */
export const pointConflictReasons = [
  "point-pinned",
  "point-already-pinned",
  "point-not-pinned",
  "point-not-soft-deleted",
] as const;
