import type { TokenView } from "#lib/api-types.ts";

export type TokenState = "active" | "expired" | "revoked";

/** Whether a token still works. */
export function tokenState(token: Pick<TokenView, "revokedAt" | "expiresAt">, now: Date): TokenState {
  if (token.revokedAt !== null) return "revoked";
  if (token.expiresAt !== null && new Date(token.expiresAt).getTime() <= now.getTime()) return "expired";
  return "active";
}
