/** Why something is not allowed: reasons of `FORBIDDEN`. */
export const forbiddenReasons = [
  "permission",
  "token-limited",
  "token-creates-tokens",
  "token-permission",
  "other-site",
  "retention-shorten",
  "policy-reach",
] as const;
