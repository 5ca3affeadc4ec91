import { createToken as create, listTokens as list, revokeToken as revoke, type TokenRow } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { holdsAnywhere, type SignedInContext } from "../context.ts";
import { newSecret, secretHash, tokenPrefix } from "../identity/secrets.ts";
import { record, type VmEvent } from "../record.ts";
import { iso } from "../shape.ts";
import type { TokenView } from "../views/index.ts";
import type { CreateTokenInput } from "./inputs.ts";

/**
 * A token that was limited to some permissions was not given the care of its owner's tokens.
 * @throws KluisError FORBIDDEN
 */
function mustCareForTokens(ctx: SignedInContext): void {
  if (ctx.who.access.limitedTo === null) return;
  throw new KluisError("FORBIDDEN", {
    message: "A token that is limited to some permissions cannot see or revoke tokens.",
    action: "Sign in to the portal and do it under Settings.",
  });
}

/** @throws KluisError FORBIDDEN for a limited token */
export async function listTokens(ctx: SignedInContext): Promise<readonly TokenView[]> {
  mustCareForTokens(ctx);
  const rows = await list(ctx.api.db.prisma, ctx.who.person.id);
  return rows.map(tokenView);
}

/**
 * Makes a token for the person. A token made with a token cannot carry more than that one does, nor live on its own: only a
 * person who is signed in makes tokens.
 * @throws KluisError FORBIDDEN
 */
export async function createToken(
  ctx: SignedInContext,
  input: CreateTokenInput,
): Promise<{ readonly token: TokenView; readonly secret: string }> {
  if (ctx.who.actor.via === "token") {
    throw new KluisError("FORBIDDEN", {
      message: "A token cannot make tokens.",
      action: "Sign in to the portal and make it under Settings.",
    });
  }
  const missing = input.permissions.find((permission) => !holdsAnywhere(ctx, permission));
  if (missing !== undefined) {
    throw new KluisError("FORBIDDEN", {
      message: `A token cannot carry ${missing}, which you do not have.`,
      action: "Leave it out.",
      params: { permission: missing },
    });
  }
  const { clock } = ctx.api;
  const secret = newSecret(tokenPrefix);
  const expiresAt = new Date(clock.now().getTime() + input.expiresInDays * 86_400_000);
  const facts = { name: input.name, personId: ctx.who.person.id, permissions: input.permissions, expiresAt };
  const row = await record(ctx, async (tx) => {
    const made = await create(tx, { ...facts, tokenHash: secretHash(secret) }, clock);
    const data = { permissions: [...input.permissions], expiresAt: expiresAt.toISOString() };
    return { result: made, events: [tokenEvent(ctx, made, { kind: "token.created", data })] };
  });
  return { token: tokenView(row), secret };
}

/** @throws KluisError NOT_FOUND when the person has no such token, or it was revoked before; FORBIDDEN for a limited token */
export async function revokeToken(ctx: SignedInContext, id: string): Promise<TokenView> {
  mustCareForTokens(ctx);
  const row = await record(ctx, async (tx) => {
    const revoked = await revoke(tx, { id, personId: ctx.who.person.id }, ctx.api.clock.now());
    if (revoked !== null)
      return { result: revoked, events: [tokenEvent(ctx, revoked, { kind: "token.revoked" })] };
    throw new KluisError("NOT_FOUND", {
      reason: "token",
      message: "You have no such token, or it is revoked already.",
      action: "List your tokens.",
      params: { token: id },
    });
  });
  return tokenView(row);
}

function tokenEvent(ctx: SignedInContext, token: TokenRow, what: Pick<VmEvent, "kind" | "data">): VmEvent {
  return { ...what, actor: ctx.who.actor, target: { type: "token", id: token.id, name: token.name } };
}

function tokenView(row: TokenRow): TokenView {
  return {
    id: row.id,
    name: row.name,
    permissions: row.permissions,
    createdAt: iso(row.createdAt),
    expiresAt: iso(row.expiresAt),
    lastUsedAt: iso(row.lastUsedAt),
    revokedAt: iso(row.revokedAt),
  };
}
