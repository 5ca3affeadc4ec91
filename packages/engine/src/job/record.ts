/** Saves a change of a job in one transaction: its rows, its ledger events, and the notification of listeners. */
import {
  appendEvents,
  holdJob,
  inTransaction,
  moveJob,
  notify,
  type Tx,
  teamsOfVm,
  type WorkJob,
} from "@kluis/db";
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
  /** As it was read: the change applies to this version only. */
  readonly job: WorkJob;
  /** `at` is the time of the database. Returning false drops the events. */
  readonly change: (tx: Tx, at: Date) => Promise<boolean | void>;
  readonly events?: readonly JobEvent[];
  /** A recovery point that changed too. */
  readonly pointId?: string;
}

/**
 * Applies a change with its events, and returns the job with its next version.
 * @throws JobMovedError, and stores nothing, when another engine changed the job since it was read
 */
export async function recordJob(
  deps: Pick<EngineDeps, "db" | "clock">,
  { job, change, events = [], pointId }: JobChange,
): Promise<WorkJob> {
  await inTransaction(deps.db, async (tx) => {
    const at = await moveJob(tx, job);
    if ((await change(tx, at)) === false) return;
    await notify(tx, "job", { jobId: job.id });
    if (pointId !== undefined) {
      await notify(tx, "points", { pointId, ...(job.vm === null ? {} : { vmId: job.vm.id }) });
    }
    if (events.length === 0) return;
    const teamIds = job.vm === null ? [] : await teamsOfVm(tx, job.vm.id);
    await appendEvents(
      tx,
      deps.clock,
      events.map((event) => toDraft(event, job, teamIds)),
    );
  });
  return { ...job, version: job.version + 1 };
}

/**
 * Runs a transaction of a step that writes rows beside the job's: its disks, segments and resources.
 * @param work gets the time of the database
 * @throws JobMovedError, and stores nothing, when another engine changed the job since it was read
 */
export function inJob<T>(
  { deps, job }: { readonly deps: Pick<EngineDeps, "db">; readonly job: WorkJob },
  work: (tx: Tx, at: Date) => Promise<T>,
): Promise<T> {
  return inTransaction(deps.db, async (tx) => work(tx, await holdJob(tx, job)));
}

/** An event as the ledger takes it. */
export function toDraft(event: JobEvent, job: WorkJob, teamIds: readonly string[]): LedgerDraft {
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
