/** Ledger events of an action. */
import type { Clock, LedgerDraft } from "@kluis/domain";
import { appendEvents } from "../ledger/append.ts";
import { teamsOfVm } from "../teams/work.ts";
import type { Tx } from "../tx.ts";

/** An event. One about a VM gets the teams that reach it now, so that their auditors find it after the scopes have changed. */
export type VmEvent = Omit<LedgerDraft, "teamIds"> & { readonly teamIds?: readonly string[] };

/** Appends events in the transaction of the change that they record. Call it last: other changes wait for it. */
export async function appendVmEvents(tx: Tx, clock: Clock, events: readonly VmEvent[]): Promise<void> {
  const drafts: LedgerDraft[] = [];
  for (const event of events) {
    const teamIds = event.teamIds ?? (event.vmId === undefined ? [] : await teamsOfVm(tx, event.vmId));
    drafts.push({ ...event, teamIds });
  }
  await appendEvents(tx, clock, drafts);
}
