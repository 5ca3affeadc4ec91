/** Reasons of errors about assignment rules and exclusions. */

/** Reasons of `CONFLICT`. */
export const ruleConflictReasons = [
  "rule-ambiguous",
  "rule-limit",
  "rule-changed",
  "rule-name-taken",
  /** The policy would remove recovery points. */
  "rule-takes-points",
] as const;

/** Reasons of `INPUT_INVALID`. */
export const ruleInputReasons = ["policy-of-other-team", "exclusion-end", "exclusion-owner"] as const;

/** Reasons of `NOT_FOUND`. */
export const ruleMissingReasons = ["rule", "exclusion"] as const;
