import { readAccess, type Tx } from "@kluis/db";
import { type Access, type AccessTarget, mustBeAllowed, type Permission } from "@kluis/domain";
import type { SignedInContext } from "./context.ts";

/** The user's rights as the transaction sees them: those of the request can be older. */
export function accessNow(ctx: SignedInContext, tx: Tx): Promise<Access> {
  const { person, groupIds, access } = ctx.who;
  return readAccess(tx, { id: person.id, groupIds }, access.limitedTo);
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
