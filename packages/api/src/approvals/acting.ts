/** The rights of users as a transaction sees them: of the user of a request, and of the one who requested an operation earlier. */
import { getPerson, getToken, type StoredApproval, type TokenRow, type Tx } from "@kluis/db";
import type { ApprovalCancelReason } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import { accessNow } from "../rights-now.ts";

/** The same user with the rights of now. */
export async function actingNow(ctx: SignedInContext, tx: Tx): Promise<SignedInContext> {
  return { ...ctx, who: { ...ctx.who, access: await accessNow(ctx, tx) } };
}

type Acting = { readonly ctx: SignedInContext } | { readonly gone: ApprovalCancelReason };

/** The requester of an operation, with what they may do now. A token that has expired since was valid when it requested. */
export async function actingRequester(
  ctx: SignedInContext,
  tx: Tx,
  request: StoredApproval,
): Promise<Acting> {
  const { requester: actor, requesterId } = request;
  const person = await getPerson(tx, requesterId);
  if (person === null || person.disabledAt !== null || actor.kind !== "person") return { gone: "requester" };
  let token: TokenRow | null = null;
  if (actor.tokenId !== undefined) {
    token = await getToken(tx, actor.tokenId);
    if (token === null || token.revokedAt !== null) return { gone: "token" };
  }
  const { id, name, username, groupIds } = person;
  const access = { roles: [], teams: [], limitedTo: null };
  const who = {
    actor,
    person: { id, name, username, locale: null },
    groupIds,
    access,
    token,
    sessionId: null,
    sessionEndsAt: null,
  };
  return { ctx: await actingNow({ ...ctx, who }, tx) };
}
