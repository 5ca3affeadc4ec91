/** What an operation that needs a second person consists of. Requests, decisions, pages and engines use the same parts. */
import type { AccessTarget, ApprovalEffect, ApprovalKind, Circumstances, LedgerTarget } from "@kluis/domain";
import type { z } from "zod";
import type { ChangeFacts } from "../approvals/view.ts";
import type { ApprovalItem } from "../approvals/write.ts";
import type { Tx } from "../tx.ts";
import type { ActingContext } from "./acting.ts";
import type { VmEvent } from "./events.ts";

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

export interface Done<R> {
  readonly result: R;
  readonly events: readonly VmEvent[];
}

/**
 * An operation that needs a second person, always or when it takes recovery points. `ctx` has the rights of its requester as the
 * transaction sees them, for the call itself and for its execution after an approval.
 */
export interface Operation<Input extends object, R, C extends ActingContext = ActingContext> {
  readonly kind: ApprovalKind;
  /** Its input, which names objects by id. A stored one is parsed by it again. */
  readonly schema: z.ZodType<Input>;
  /** What a request stores of it; without this part, all of it. */
  stored?(input: Input): object;
  /** Locks what it looks at, until the transaction ends. */
  hold(tx: Tx, input: Input): Promise<void>;
  /** Changes nothing. @throws KluisError when the requester may not do it, or it cannot be done */
  look(ctx: C, tx: Tx, input: Input): Promise<Look>;
  /** Does it, for its requester. `reason` is that of the request. */
  run(ctx: C, tx: Tx, asked: { readonly input: Input; readonly reason: string }): Promise<Done<R>>;
}
