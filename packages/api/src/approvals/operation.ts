/** What an operation that needs a second person consists of. Requests, decisions and pages use the same parts. */
import type { ApprovalItem, ChangeFacts, Tx } from "@kluis/db";
import {
  type AccessTarget,
  type ApprovalEffect,
  type ApprovalKind,
  type Circumstances,
  KluisError,
  type LedgerTarget,
  seenEffect,
} from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import type { VmEvent } from "../record.ts";

/** An operation as it would be done now. */
export interface Look {
  /** Whether it needs a second person. */
  readonly needed: boolean;
  /** The VMs, or the points, that it affects. */
  readonly items: readonly ApprovalItem[];
  /** Where its requester must hold their right, and its decider `approval:decide`. */
  readonly targets: readonly AccessTarget[];
  /** What it is about. */
  readonly target: LedgerTarget;
  /** The policy that it changes. */
  readonly policyId: string | null;
  readonly circumstances: Circumstances;
  readonly effect: ApprovalEffect;
  /** Of a change of configuration: what it would write into the ledger, and its digest as the decider saw it. */
  readonly changes?: readonly ChangeFacts[];
  readonly seen?: string;
}

/** What a decider sends back of what they saw. */
export function seenOf({ seen, effect }: Look): string {
  return seen ?? seenEffect(effect);
}

export interface Done<R> {
  readonly result: R;
  readonly events: readonly VmEvent[];
}

/**
 * An operation that needs a second person, always or when it takes recovery points. `ctx` has the rights of its requester as the
 * transaction sees them, for the call itself and for its execution after an approval.
 */
export interface Operation<Input extends object, R> {
  readonly kind: ApprovalKind;
  /** Its input, which names objects by id. A stored one is parsed by it again. */
  readonly schema: z.ZodType<Input>;
  /** What a request stores of it; without this part, all of it. */
  stored?(input: Input): object;
  /** Locks what it looks at, until the transaction ends. */
  hold(tx: Tx, input: Input): Promise<void>;
  /** Changes nothing. @throws KluisError when the requester may not do it, or it cannot be done */
  look(ctx: SignedInContext, tx: Tx, input: Input): Promise<Look>;
  /** Does it, for its requester. `reason` is that of the request. */
  run(
    ctx: SignedInContext,
    tx: Tx,
    asked: { readonly input: Input; readonly reason: string },
  ): Promise<Done<R>>;
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
