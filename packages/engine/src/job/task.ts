/** The task that advances a job, for every kind of job. */
import { isJobAt, type JobFence, JobMovedError, locks, type Tx, withLock } from "@kluis/db";
import type { JobKind, JobTaskName } from "@kluis/domain";
import type { Again, TaskDefinition, TaskRun } from "../runtime/tasks.ts";
import { advance } from "./advance.ts";
import { parkTransfer } from "./parking.ts";
import type { Machine } from "./step.ts";
import { giveUpJob } from "./stuck.ts";
import { recordRetry } from "./task-failure.ts";

/** Another process advances the job at this moment: try again soon. */
const BUSY: Again = { againInMs: 1_000 };

/** The job as a run has read it last: what the run records when it fails applies to this version only. */
const lastRead = new WeakMap<object, JobFence>();

export function jobTaskDefinition<K extends JobKind, M extends object, N extends JobTaskName>(
  machine: Machine<K, M>,
  task: N,
): TaskDefinition<N> {
  return {
    run: (run) => advanceAlone(machine, task, run),
    async outage(tx, run, failed) {
      if (!(await isCurrent(tx, run))) return null;
      const { stakeOf = () => "nothing" } = machine;
      const parking = await parkTransfer(tx, run.deps, { ...failed, jobId: run.payload.jobId, stakeOf });
      if (parking === null) return null;
      return { againInMs: parking.kind === "parked" ? parking.pauseMs : 0 };
    },
    async retrying(tx, run, error) {
      if (await isCurrent(tx, run)) await recordRetry(tx, run.payload.jobId, error);
    },
    async gaveUp(tx, run, error) {
      return (await isCurrent(tx, run)) ? giveUpJob(tx, machine, { jobId: run.payload.jobId, error }) : null;
    },
  };
}

/**
 * Advances a job under its lock. A run that loses the lock, or finds that another engine advanced the job, ends quietly:
 * nothing of it is stored, and the task looks again soon.
 */
async function advanceAlone<K extends JobKind, M extends object, N extends JobTaskName>(
  machine: Machine<K, M>,
  task: N,
  run: TaskRun<N>,
): Promise<Again | null> {
  const { deps, signal } = run;
  const { jobId } = run.payload;
  const onVersion = (job: JobFence): void => void lastRead.set(run, job);
  let lock: AbortSignal | null = null;
  try {
    const held = await withLock(deps.db, locks.job(jobId), (lost) => {
      lock = lost;
      const either = AbortSignal.any([signal, lost]);
      return advance({ deps, machine, task, jobId, signal: either, onVersion });
    });
    return held === null ? BUSY : held.value;
  } catch (error) {
    if (signal.aborted) throw error;
    const isStale =
      isAborted(lock) || error instanceof JobMovedError || !(await isCurrent(deps.db.prisma, run));
    if (!isStale) throw error;
    deps.log.info({ error, jobId }, "another engine advances the job; this run stores nothing");
    return BUSY;
  }
}

function isAborted(signal: AbortSignal | null): boolean {
  return signal?.aborted === true;
}

/** Whether no other engine has changed the job since this run read it. */
async function isCurrent(tx: Tx, run: object): Promise<boolean> {
  const job = lastRead.get(run);
  return job === undefined || isJobAt(tx, job);
}
