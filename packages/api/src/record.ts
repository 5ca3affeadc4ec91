import { type Db, inTransaction, type Tx } from "@kluis/db";
import { appendVmEvents, type VmEvent } from "@kluis/db/actions";
import type { Clock } from "@kluis/domain";

export type { VmEvent } from "@kluis/db/actions";

/** What let a change of configuration pass: an approval that is used by it. */
export interface Passed {
  /** Compares the events of the change with the approved ones. @returns its events, which name the approval */
  confirm(events: readonly VmEvent[]): readonly VmEvent[];
}

/** Decides, in the transaction of a change of configuration, whether it may be made. @throws KluisError CONFLICT: it needs a second person */
export type Gate = (tx: Tx) => Promise<Passed | null>;

/** A transaction that is open already: what runs in it adds its events. */
export interface Within {
  readonly tx: Tx;
  readonly events: VmEvent[];
}

interface Recording {
  readonly api: { readonly db: Db; readonly clock: Clock };
  readonly gate?: Gate | undefined;
  readonly within?: Within | undefined;
}

/**
 * Runs a change, the tasks it starts and the events that record it in one transaction: its own, or the one that is open. A change of
 * configuration passes its gate first.
 * `change` returns its result and the events, which are appended last.
 */
export async function record<T>(
  ctx: Recording,
  change: (tx: Tx) => Promise<{ readonly result: T; readonly events: readonly VmEvent[] }>,
): Promise<T> {
  if (ctx.within !== undefined) {
    const { result, events } = await change(ctx.within.tx);
    ctx.within.events.push(...events);
    return result;
  }
  return inTransaction(ctx.api.db, async (tx) => {
    const passed = (await ctx.gate?.(tx)) ?? null;
    const { result, events } = await change(tx);
    await appendVmEvents(tx, ctx.api.clock, passed === null ? events : passed.confirm(events));
    return result;
  });
}
