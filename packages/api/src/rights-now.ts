import { getPerson, getToken, listAccounts, readAccess, type Tx } from "@kluis/db";
import { type Access, type AccessTarget, type Grantor, mustBeAllowed, type Permission } from "@kluis/domain";
import type { SignedInContext } from "./context.ts";

/** The user's rights as the transaction sees them: those of the request can be older. A revoked token has none. */
export async function accessNow(ctx: SignedInContext, tx: Tx): Promise<Access> {
  const none: Access = { roles: [], teams: [], limitedTo: ctx.who.access.limitedTo };
  const person = await getPerson(tx, ctx.who.person.id);
  if (person === null || person.disabledAt !== null) return none;
  if (ctx.who.token === null) return readAccess(tx, person);
  const token = await getToken(tx, ctx.who.token.id);
  return token === null || token.revokedAt !== null ? none : readAccess(tx, person, token);
}

/** The user as the one who changes roles: the rights of now, and every account of this human. */
export async function grantorNow(ctx: SignedInContext, tx: Tx): Promise<Grantor> {
  const accounts = await listAccounts(tx, ctx.who.person.id);
  return {
    access: await accessNow(ctx, tx),
    personIds: accounts.map(({ id }) => id),
    groupIds: accounts.flatMap(({ groupIds }) => groupIds),
  };
}

/**
 * Checks a permission in the transaction that writes.
 * @returns the user's rights of now
 * @throws KluisError FORBIDDEN
 */
export async function requireNow(
  ctx: SignedInContext,
  tx: Tx,
  { permission, target }: { readonly permission: Permission; readonly target: AccessTarget },
): Promise<Access> {
  const access = await accessNow(ctx, tx);
  mustBeAllowed(access, permission, target);
  return access;
}
