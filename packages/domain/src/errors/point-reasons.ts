/** Why a recovery point cannot be held, released, removed or brought back: reasons of CONFLICT. */
export const pointConflictReasons = [
  "point-pinned",
  "point-already-pinned",
  "point-not-pinned",
  "point-not-soft-deleted",
] as const;

/** Why a recovery point cannot be used: reasons of POINT_NOT_FOUND. */
export const pointMissingReasons = [
  "unknown",
  "none-available",
  "soft-deleted",
  "deleting",
  "deleted",
  "gone",
] as const;
