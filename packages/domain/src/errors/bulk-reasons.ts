/** Why a bulk action does not start, or why one of its items is refused: reasons of `CONFLICT`. */
export const bulkConflictReasons = [
  "bulk-ambiguous",
  "bulk-open",
  "bulk-open-all",
  "bulk-selection-changed",
  "vm-protected",
  "vm-under-policy",
] as const;

/** Reasons of `INPUT_INVALID`. */
export const bulkInputReasons = ["bulk-none", "bulk-too-many"] as const;

/** Why an item is refused, or a bulk action not canceled: reasons of `FORBIDDEN`. */
export const bulkForbiddenReasons = ["bulk-starter", "bulk-token", "bulk-cancel"] as const;
