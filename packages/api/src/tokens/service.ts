import {
  createToken as create,
  databaseNow,
  listTokens as list,
  listTeams,
  readWholeAccess,
  revokeToken as revoke,
  type TokenRow,
  type Tx,
} from "@kluis/db";
import {
  agentPermissions,
  KluisError,
  type LedgerKind,
  type Permission,
  tokenCanHave,
  tokenPermissions,
} from "@kluis/domain";
import type { z } from "zod";
import { mustManageOwn, type SignedInContext } from "../context.ts";
import { newSecret, secretHash, tokenPrefix } from "../identity/secrets.ts";
import { record, type VmEvent } from "../record.ts";
import { accessNow } from "../rights-now.ts";
import { requireTeam, teamsInSight } from "../teams/find.ts";
import { describeToken, describeTokens } from "./describe.ts";
import type { CreateTokenInput } from "./inputs.ts";
import type { createdTokenView, tokenOptionsView, tokenView } from "./view.ts";

type View = z.input<typeof tokenView>;

/** @throws KluisError FORBIDDEN for a token without the permission self */
export async function listTokens(ctx: SignedInContext): Promise<View[]> {
  mustManageOwn(ctx);
  const { prisma } = ctx.api.db;
  return describeTokens(prisma, await list(prisma, ctx.who.person.id));
}

/** @throws KluisError FORBIDDEN for a token: it cannot create any */
export async function readOptions(ctx: SignedInContext): Promise<z.input<typeof tokenOptionsView>> {
  mustBeSession(ctx);
  const { access } = ctx.who;
  const teams = await listTeams(ctx.api.db.prisma, teamsInSight(access));
  return {
    permissions: tokenPermissions(access, { kind: "standard", teamId: null }),
    teams: teams.map((team) => ({
      id: team.id,
      name: team.name,
      permissions: tokenPermissions({ ...access, teams: [team] }, { kind: "standard", teamId: team.id }),
    })),
  };
}

/** @throws KluisError FORBIDDEN for a token */
function mustBeSession({ who }: SignedInContext): void {
  if (who.actor.via === "session") return;
  throw new KluisError("FORBIDDEN", {
    reason: "token-creates-tokens",
    message: "A token cannot create tokens.",
    action: "Sign in to the portal and create it under Settings.",
  });
}

/** @throws KluisError FORBIDDEN for a token, and for a permission that the user does not hold there, or no token of this kind has; NOT_FOUND for a team of others */
export async function createToken(
  ctx: SignedInContext,
  { team: teamRef, ...input }: CreateTokenInput,
): Promise<z.input<typeof createdTokenView>> {
  mustBeSession(ctx);
  const secret = newSecret(tokenPrefix);
  const token = await record(ctx, async (tx) => {
    const teamId =
      teamRef === undefined ? null : (await requireTeam(tx, await accessNow(ctx, tx), teamRef)).id;
    await mustHold(ctx, tx, { kind: input.kind, teamId, permissions: input.permissions });
    const expiresAt = new Date((await databaseNow(tx)).getTime() + input.expiresInDays * 86_400_000);
    const { name, kind, permissions, idleDays } = input;
    const facts = { name, kind, teamId, permissions: [...new Set(permissions)], idleDays, expiresAt };
    const made = await create(
      tx,
      { ...facts, personId: ctx.who.person.id, tokenHash: secretHash(secret) },
      ctx.api.clock,
    );
    const result = await describeToken(tx, made);
    const data = {
      tokenKind: kind,
      team: result.team,
      permissions: facts.permissions,
      idleDays,
      expiresAt: expiresAt.toISOString(),
    };
    return { result, events: [tokenEvent(ctx, made, { kind: "token.created", data })] };
  });
  return { token, secret };
}

/** @throws KluisError FORBIDDEN naming the first permission that the token cannot have */
async function mustHold(
  ctx: SignedInContext,
  tx: Tx,
  wanted: Pick<TokenRow, "kind" | "teamId" | "permissions">,
): Promise<void> {
  const person = { id: ctx.who.person.id, groupIds: ctx.who.groupIds };
  const can = tokenPermissions(await readWholeAccess(tx, person, wanted), wanted);
  const missing = wanted.permissions.find((permission) => !can.includes(permission));
  if (missing === undefined) return;
  throw tokenCanHave(wanted, missing) ? notHeld(missing) : neverGiven(wanted, missing);
}

function notHeld(permission: Permission): KluisError {
  return new KluisError("FORBIDDEN", {
    reason: "token-permission",
    message: `A token cannot have the permission ${permission}, because you do not have it.`,
    action: "Remove this permission.",
    params: { permission },
  });
}

function neverGiven({ kind }: Pick<TokenRow, "kind">, permission: Permission): KluisError {
  const isAgent = kind === "agent" && agentPermissions[permission] === "never";
  return new KluisError("FORBIDDEN", {
    reason: isAgent ? "token-agent-permission" : "token-team-permission",
    message: isAgent
      ? `A token of an agent cannot have the permission ${permission}.`
      : `A token of one team cannot have the permission ${permission}.`,
    action: "Remove this permission.",
    params: { permission },
  });
}

/** @throws KluisError NOT_FOUND when the user has no such token, or it is revoked; FORBIDDEN for a token without the permission self */
export async function revokeToken(ctx: SignedInContext, id: string): Promise<View> {
  mustManageOwn(ctx);
  return record(ctx, async (tx) => {
    const revoked = await revoke(tx, { id, personId: ctx.who.person.id }, ctx.api.clock.now());
    if (revoked !== null)
      return {
        result: await describeToken(tx, revoked),
        events: [tokenEvent(ctx, revoked, { kind: "token.revoked" })],
      };
    throw new KluisError("NOT_FOUND", {
      reason: "token",
      message: "You have no such token, or it is already revoked.",
      action: "List your tokens.",
      params: { token: id },
    });
  });
}

function tokenEvent(
  ctx: SignedInContext,
  token: TokenRow,
  what: { readonly kind: LedgerKind; readonly data?: Readonly<Record<string, unknown>> },
): VmEvent {
  return { ...what, actor: ctx.who.actor, target: { type: "token", id: token.id, name: token.name } };
}
