/** The door of every operation that can need a second person: it is done, or requested. */
import { type Asking, actingNow, type DoneOrMade, doOrAsk } from "@kluis/db/actions";
import type { SignedInContext } from "../context.ts";
import { record } from "../record.ts";
import { countDeciders } from "./deciders.ts";
import type { Operation } from "./operation.ts";
import type { ApprovalAsked } from "./view.ts";

/** The result: exactly one of the two. */
export type Asked<R> =
  | { readonly done: R; readonly requested: null }
  | { readonly done: null; readonly requested: ApprovalAsked };

/**
 * Does the operation, or stores a request for it when it needs a second person. The same request again answers with the one that waits.
 * @throws KluisError of the operation; INPUT_INVALID without a reason, CONFLICT with too many open requests
 */
export async function askSecondPerson<Input extends object, R>(
  ctx: SignedInContext,
  operation: Operation<Input, R>,
  asking: Asking<Input>,
): Promise<Asked<R>> {
  const outcome = await record<DoneOrMade<R>>(ctx, async (tx) =>
    doOrAsk(await actingNow(ctx, tx), tx, { operation, asking }),
  );
  if (outcome.made === null) return { done: outcome.done, requested: null };
  const { id, expiresAt, existed, requesterId, targets } = outcome.made;
  const deciders = await countDeciders(ctx.api.db.prisma, { requesterId, targets });
  return { done: null, requested: { id, expiresAt: expiresAt.toISOString(), existed, deciders } };
}
