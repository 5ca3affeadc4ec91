import type { Permission } from "@kluis/domain";
import { requireSignedIn, type SignedInContext } from "../context.ts";

const keepMs = 5_000;

/**
 * For streams that outlive a request's moment: the context with rights not older than a few seconds.
 * @throws KluisError NOT_SIGNED_IN, TOKEN_INVALID, FORBIDDEN once the person signed out or lost the permission
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
