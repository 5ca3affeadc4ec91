import { appendEvents, type Db, inTransaction, type Tx, teamsOfVm } from "@kluis/db";
import type { Clock, LedgerDraft } from "@kluis/domain";

/** An event. One about a VM gets the teams that reach it now, so that their auditors find it after the scopes have changed. */
export type VmEvent = Omit<LedgerDraft, "teamIds"> & { readonly teamIds?: readonly string[] };

/**
 * Runs a change, the tasks it starts and the events that record it in one transaction.
 * `change` returns its result and the events, which are appended last.
 */
export function record<T>(
  ctx: { readonly api: { readonly db: Db; readonly clock: Clock } },
  change: (tx: Tx) => Promise<{ readonly result: T; readonly events: readonly VmEvent[] }>,
): Promise<T> {
  return inTransaction(ctx.api.db, async (tx) => {
    const { result, events } = await change(tx);
    const drafts: LedgerDraft[] = [];
    for (const event of events) {
      const teamIds = event.teamIds ?? (event.vmId === undefined ? [] : await teamsOfVm(tx, event.vmId));
      drafts.push({ ...event, teamIds });
    }
    await appendEvents(tx, ctx.api.clock, drafts);
    return result;
  });
}
