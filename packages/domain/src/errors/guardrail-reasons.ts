/** Which guardrail of the platform owner is not kept: reasons of `GUARDRAIL`. */
export const guardrailReasons = [
  "retention",
  "interval",
  "instant-restore-least",
  "instant-restore-most",
  "verification",
  "soft-delete",
  "vault-region",
  "vault-region-unknown",
  "vault-recovery-key",
  "vault-key-vault",
  "restore-region",
  "downloads",
  "download-network",
  "download-address",
  "tag-scope",
  "tag-rule",
  /** More than one; `violations` in the parameters has all of them. */
  "several",
] as const;
