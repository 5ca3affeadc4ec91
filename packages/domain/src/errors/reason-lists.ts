/** Longer lists of reasons; errors.ts has all of them by code. */
import { approvalConflictReasons } from "./approval-reasons.ts";
import { bulkConflictReasons } from "./bulk-reasons.ts";
import { pointConflictReasons } from "./point-reasons.ts";

/** Reasons of CONFLICT about recovery points, requests for a second person, and bulk actions. */
export const heldConflictReasons = [
  ...pointConflictReasons,
  ...approvalConflictReasons,
  ...bulkConflictReasons,
] as const;

export const azureFailedReasons = [
  "reported",
  "canceled",
  "unknown",
  "restore-point-failed",
  "restore-point-lost",
  "restore-point-without-time",
  "restore-point-without-disks",
  "restore-point-without-disk",
  "disk-snapshot-failed",
  "disk-snapshot-lost",
  "disk-snapshot-without-time",
  "never-ended",
  "guest-answer",
  "no-access-url",
  "wrong-range",
] as const;

export const azureRejectedReasons = [
  "request",
  "shared-disk",
  "disk-not-allocated",
  "encryption-key",
  "footer",
  "changed",
  "export-denied",
  "property",
  "zone",
  "api-version",
  "storage-version",
  "unknown",
] as const;

/** `key`: it is not an RSA key. `refused`: Key Vault answers with something else. */
/** `other-tenant`: the users are of another tenant than the identity. `many-gone`: so many accounts at once that it may be a mistake. */
export const directoryReasons = [
  "off",
  "sign-in",
  "forbidden",
  "throttled",
  "no-answer",
  "too-many-groups",
  "other-tenant",
  "many-gone",
  "refused",
] as const;

export const keyVaultReasons = [
  "sign-in",
  "forbidden",
  "network",
  "missing",
  "disabled",
  "throttled",
  "no-answer",
  "key",
  "refused",
] as const;

export const vaultUnusableReasons = [
  "disabled",
  "no-default",
  "environment",
  "secret",
  "overwrites",
  "loses",
  "clock",
  /** Its storage and the database are being compared; it holds another vault, none, or one that does not open. */
  "comparing",
  "foreign",
  "missing",
  "unreadable",
] as const;
