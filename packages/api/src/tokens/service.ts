import { createToken as create, listTokens as list, revokeToken as revoke, type TokenRow } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { z } from "zod";
import { holdsAnywhere, type SignedInContext } from "../context.ts";
import { newSecret, secretHash, tokenPrefix } from "../identity/secrets.ts";
import { record, type VmEvent } from "../record.ts";
import type { CreateTokenInput } from "./inputs.ts";
import type { createdTokenView } from "./view.ts";

/** @throws KluisError FORBIDDEN for a token that was not given the permission `self` */
function mustManageTokens(ctx: SignedInContext): void {
  const { limitedTo } = ctx.who.access;
  if (limitedTo === null || limitedTo.includes("self")) return;
  throw new KluisError("FORBIDDEN", {
    reason: "token-limited",
    message: "A token without the permission self cannot list or revoke tokens.",
    action: "Sign in to the portal and use Settings.",
  });
}

/** @throws KluisError FORBIDDEN for a token without the permission self */
export async function listTokens(ctx: SignedInContext): Promise<TokenRow[]> {
  mustManageTokens(ctx);
  return list(ctx.api.db.prisma, ctx.who.person.id);
}

/** @throws KluisError FORBIDDEN for a token, and for a permission that the user does not hold */
export async function createToken(
  ctx: SignedInContext,
  input: CreateTokenInput,
): Promise<z.input<typeof createdTokenView>> {
  if (ctx.who.actor.via === "token") {
    throw new KluisError("FORBIDDEN", {
      reason: "token-creates-tokens",
      message: "A token cannot create tokens.",
      action: "Sign in to the portal and create it under Settings.",
    });
  }
  const missing = input.permissions.find((permission) => !holdsAnywhere(ctx, permission));
  if (missing !== undefined) {
    throw new KluisError("FORBIDDEN", {
      reason: "token-permission",
      message: `A token cannot have the permission ${missing}, because you do not have it.`,
      action: "Remove this permission.",
      params: { permission: missing },
    });
  }
  const { clock } = ctx.api;
  const secret = newSecret(tokenPrefix);
  const expiresAt = new Date(clock.now().getTime() + input.expiresInDays * 86_400_000);
  const facts = { name: input.name, personId: ctx.who.person.id, permissions: input.permissions, expiresAt };
  const token = await record(ctx, async (tx) => {
    const made = await create(tx, { ...facts, tokenHash: secretHash(secret) }, clock);
    const data = { permissions: [...input.permissions], expiresAt: expiresAt.toISOString() };
    return { result: made, events: [tokenEvent(ctx, made, { kind: "token.created", data })] };
  });
  return { token, secret };
}

/** @throws KluisError NOT_FOUND when the user has no such token, or it is revoked; FORBIDDEN for a token without the permission self */
export async function revokeToken(ctx: SignedInContext, id: string): Promise<TokenRow> {
  mustManageTokens(ctx);
  return record(ctx, async (tx) => {
    const revoked = await revoke(tx, { id, personId: ctx.who.person.id }, ctx.api.clock.now());
    if (revoked !== null)
      return { result: revoked, events: [tokenEvent(ctx, revoked, { kind: "token.revoked" })] };
    throw new KluisError("NOT_FOUND", {
      reason: "token",
      message: "You have no such token, or it is already revoked.",
      action: "List your tokens.",
      params: { token: id },
    });
  });
}

function tokenEvent(ctx: SignedInContext, token: TokenRow, what: Pick<VmEvent, "kind" | "data">): VmEvent {
  return { ...what, actor: ctx.who.actor, target: { type: "token", id: token.id, name: token.name } };
}
