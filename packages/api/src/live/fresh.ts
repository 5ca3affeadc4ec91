/** Rights in streams that outlive their request. */
import type { Permission } from "@kluis/domain";
import { requireSignedIn, type SignedInContext } from "../context.ts";

/** How old the rights of a stream may be. */
const keepMs = 5_000;

/**
 * Returns a function that returns the context of a long stream, with rights at most a few seconds old.
 * @throws KluisError NOT_SIGNED_IN, TOKEN_INVALID, FORBIDDEN once the user signed out or lost the
 * permission
 */
export function freshContexts(ctx: SignedInContext, permission: Permission): () => Promise<SignedInContext> {
  const { clock } = ctx.api;
  let current = ctx;
  let judgedAt = clock.now().getTime();
  return async () => {
    if (clock.now().getTime() - judgedAt < keepMs) return current;
    current = requireSignedIn(await ctx.again(), permission);
    judgedAt = clock.now().getTime();
    return current;
  };
}
