/** An operation of the registry with the input of a stored request. */
import type { Tx } from "@kluis/db";
import type { Done, Look, Operation as OperationFor } from "@kluis/db/actions";
import { KluisError, seenEffect } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";

export type { Done, Look } from "@kluis/db/actions";

/** An operation that only the API does. */
export type Operation<Input extends object, R> = OperationFor<Input, R, SignedInContext>;

/** What a decider sends back of what they saw. */
export function seenOf({ seen, effect }: Look): string {
  return seen ?? seenEffect(effect);
}

/** An operation with the input of a stored request. */
export interface BoundOperation {
  hold(tx: Tx): Promise<void>;
  look(ctx: SignedInContext, tx: Tx): Promise<Look>;
  run(ctx: SignedInContext, tx: Tx, reason: string): Promise<Done<unknown>>;
}

/** @throws KluisError INPUT_INVALID from each part, for an input that this version does not know */
export function bind<Input extends object, R>(
  operation: Operation<Input, R>,
  stored: unknown,
): BoundOperation {
  const parse = (): Input => {
    const parsed = operation.schema.safeParse(stored);
    if (parsed.success) return parsed.data;
    throw new KluisError("INPUT_INVALID", {
      reason: "value",
      message: "The request was stored by another version of Kluis.",
      action: "Request it again.",
      cause: parsed.error,
    });
  };
  return {
    hold: async (tx) => operation.hold(tx, parse()),
    look: async (ctx, tx) => operation.look(ctx, tx, parse()),
    run: async (ctx, tx, reason) => operation.run(ctx, tx, { input: parse(), reason }),
  };
}
