import { approvalForbiddenReasons } from "./approval-reasons.ts";
import { bulkForbiddenReasons } from "./bulk-reasons.ts";

/** Why something is not allowed: reasons of `FORBIDDEN`. */
export const forbiddenReasons = [
  "permission",
  "token-limited",
  "token-creates-tokens",
  "token-permission",
  "token-agent-permission",
  "token-team-permission",
  "token-session-only",
  "agent",
  "claim-code",
  "other-site",
  "retention-shorten",
  "policy-reach",
  "own-role",
  "own-account",
  "grant-more-than-held",
  /** Who saved an assignment rule may not protect virtual machines of its team any more. */
  "rule-saver",
  ...approvalForbiddenReasons,
  ...bulkForbiddenReasons,
] as const;

/** Reasons of `CONFLICT` about teams, roles and users. */
export const accessConflictReasons = [
  "last-owner",
  "claim-over",
  "access-limit",
  "team-name-taken",
  "team-has-policies",
  "team-policies-outside",
  "scope-known",
  "role-held-already",
  "role-name-taken",
  "role-in-use",
  "person-ambiguous",
] as const;

/** Reasons of `INPUT_INVALID` about roles. */
export const accessInputReasons = ["organisation-role", "role-of-other-team"] as const;

/** Reasons of `NOT_FOUND` about teams, roles and users. */
export const accessMissingReasons = ["role", "member", "scope", "person", "session"] as const;

/** What prevents a change of a policy: reasons of `CONFLICT`. */
export const policyConflictReasons = [
  "policy-name-taken",
  "policy-changed",
  "policy-renamed",
  "policy-retired",
] as const;
