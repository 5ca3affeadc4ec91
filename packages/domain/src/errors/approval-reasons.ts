/** Why a request for a second person cannot be decided, or is not made: reasons of `CONFLICT`. */
export const approvalConflictReasons = [
  "approval-ambiguous",
  "approval-ended",
  "approval-changed",
  "approvals-open",
  "second-person",
  "second-person-unneeded",
  "second-person-missing",
  "changes-nothing",
  "permit-open",
] as const;

/** Why a user may not decide: reasons of `FORBIDDEN`. */
export const approvalForbiddenReasons = ["approval-same-person", "approval-token"] as const;
