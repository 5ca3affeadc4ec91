/** Every change of a job is one transaction: the rows, the ledger's events, and the notice to whoever watches. */
import { appendEvents, inTransaction, notify, type Tx, teamsOfVm, type WorkJob } from "@kluis/db";
import { engineActor, type LedgerDraft, type LedgerKind } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

/** An event about a job or what it made, without what every such event has in common. */
export interface JobEvent {
  readonly kind: LedgerKind;
  /** Default: the job itself. */
  readonly target?: LedgerDraft["target"];
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface JobChange {
  readonly job: WorkJob;
  readonly change: (tx: Tx) => Promise<boolean | void>;
  readonly events?: readonly JobEvent[];
  /** Also tell those who watch a VM's recovery points. */
  readonly pointId?: string;
}

/** Applies a change with its events. When `change` returns false nothing happened, and nothing is recorded. */
export async function recordJob(
  deps: EngineDeps,
  { job, change, events = [], pointId }: JobChange,
): Promise<boolean> {
  return inTransaction(deps.db, async (tx) => {
    if ((await change(tx)) === false) return false;
    await notify(tx, "job", { jobId: job.id });
    if (pointId !== undefined) {
      await notify(tx, "points", { pointId, ...(job.vm === null ? {} : { vmId: job.vm.id }) });
    }
    if (events.length > 0) {
      const teamIds = job.vm === null ? [] : await teamsOfVm(tx, job.vm.id);
      await appendEvents(
        tx,
        deps.clock,
        events.map((event) => toDraft(event, job, teamIds)),
      );
    }
    return true;
  });
}

function toDraft(event: JobEvent, job: WorkJob, teamIds: readonly string[]): LedgerDraft {
  const name = job.vm === null ? job.kind : `${job.kind} of ${job.vm.name}`;
  return {
    kind: event.kind,
    actor: engineActor,
    target: event.target ?? { type: "job", id: job.id, name },
    teamIds,
    data: { jobId: job.id, ...event.data },
    ...(job.vm === null ? {} : { vmId: job.vm.id }),
  };
}
