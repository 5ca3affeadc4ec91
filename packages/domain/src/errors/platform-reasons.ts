/** Reasons of `CONFLICT` about connections and vaults. */
export const platformConflictReasons = [
  "connection-name-taken",
  "connection-from-environment",
  "connection-untested",
  "connection-not-empty",
  "connection-has-points",
  "connection-tenant-fixed",
  "vault-name-fixed",
  "subscription-taken",
  "subscription-not-seen",
  "subscription-held",
  "no-subscription",
  "vault-name-taken",
  "vault-from-environment",
  "vault-untested",
  "vault-is-default",
  "vault-disabled",
  "vault-known",
] as const;

/** A name or the beginning of an id that several have: reasons of `CONFLICT`. */
export const ambiguousReasons = ["vm-ambiguous", "job-ambiguous", "point-ambiguous"] as const;
