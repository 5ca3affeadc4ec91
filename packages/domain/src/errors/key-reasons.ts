/** Reasons of errors that concern the keys of a vault. */

/** Problems of a key that a user typed: reasons of INPUT_INVALID. */
export const keyInputReasons = [
  "printed-length",
  "printed-group",
  "printed-whole",
  "share-group",
  "share-counts",
  "shares-too-few",
  "share-of-other-set",
  "public-key",
  "key-vault-address",
  "key-vault-key",
] as const;

/** What a vault in use, and its keys, do not allow: reasons of CONFLICT. */
export const keyConflictReasons = [
  "vault-not-empty",
  "vault-held",
  "vault-copied-to",
  "vault-not-in-place",
  "key-known",
  "key-in-use",
  "last-key",
  "last-proven-key",
  "too-many-keys",
  "too-many-rotations",
  "too-many-slots",
  "too-many-key-changes",
  "no-engine",
] as const;
