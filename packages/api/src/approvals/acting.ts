/** The requester of an operation as the user of a request. */
import type { StoredApproval, Tx } from "@kluis/db";
import { actingLater } from "@kluis/db/actions";
import type { ApprovalCancelReason } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";

export { actingNow } from "@kluis/db/actions";

type Acting = { readonly ctx: SignedInContext } | { readonly gone: ApprovalCancelReason };

/** The requester of an operation, with what they may do now. A token that has expired since was valid when it requested. */
export async function actingRequester(
  ctx: SignedInContext,
  tx: Tx,
  { requester: actor, requesterId: personId }: StoredApproval,
): Promise<Acting> {
  const acting = await actingLater(ctx.api, tx, { personId, actor });
  if ("gone" in acting) return acting;
  const { id, name, username, groupIds } = acting.person;
  const person = { id, name, username, locale: null };
  const who = { ...acting.ctx.who, person, groupIds, sessionId: null, sessionEndsAt: null };
  return { ctx: { ...ctx, who } };
}
