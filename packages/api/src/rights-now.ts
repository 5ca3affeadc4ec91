import { listAccounts, type Tx } from "@kluis/db";
import { accessNow } from "@kluis/db/actions";
import { type Access, type AccessTarget, type Grantor, mustBeAllowed, type Permission } from "@kluis/domain";
import type { SignedInContext } from "./context.ts";

export { accessNow } from "@kluis/db/actions";

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
