/** Saves a change of a job in one transaction: its rows, its ledger events, and the notification of listeners. */
import { appendEvents, inTransaction, notify, type Tx, teamsOfVm, type WorkJob } from "@kluis/db";
import { engineActor, type LedgerDraft, type LedgerKind, type LedgerTarget } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

/** An event about a job or about what it created. `recordJob` adds the actor, VM and teams. */
export interface JobEvent {
  readonly kind: LedgerKind;
  /** Default: the job. */
  readonly target?: LedgerTarget;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface JobChange {
  readonly job: WorkJob;
  readonly change: (tx: Tx) => Promise<boolean | void>;
  readonly events?: readonly JobEvent[];
  /** A recovery point that changed too. */
  readonly pointId?: string;
}

/** Applies a change with its events. Returns false, and records nothing, when `change` returns false. */
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
