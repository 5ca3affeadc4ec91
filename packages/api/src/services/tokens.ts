import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { createTokenInput } from "../routers/tokens/create-token.ts";
import type { TokenView } from "../views/index.ts";
export function listTokens(_ctx: SignedInContext): Promise<readonly TokenView[]> {
  return pending();
}
export function createToken(
  _ctx: SignedInContext,
  _input: z.infer<typeof createTokenInput>,
): Promise<{ readonly token: TokenView; readonly secret: string }> {
  return pending();
}
export function revokeToken(_ctx: SignedInContext, _id: string): Promise<TokenView> {
  return pending();
}
