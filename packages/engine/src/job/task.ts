/** The task that advances a job, for every kind of job. */
import { condemnJob, countRetry, locks, notify, type Tx, withLock } from "@kluis/db";
import { errorInfo, type JobKind, type jobTask, type KluisError } from "@kluis/domain";
import type { Again, TaskDefinition } from "../runtime/tasks.ts";
import { advance } from "./advance.ts";
import type { Machine } from "./step.ts";

/** Another process advances the job at this moment: try again soon. */
const BUSY: Again = { againInMs: 1_000 };
/** The pause before a clean-up that used up its tries starts over: it runs until Azure confirms the removal. */
const CLEAN_UP_AGAIN_MS = 5 * 60_000;

export function jobTaskDefinition<K extends JobKind, M extends object>(
  machine: Machine<K, M>,
): TaskDefinition<(typeof jobTask)[K]> {
  return {
    async run({ deps, payload, signal }) {
      const { jobId } = payload;
      const held = await withLock(deps.db, locks.job(jobId), () => advance({ deps, machine, jobId, signal }));
      return held === null ? BUSY : held.value;
    },
    retrying: (tx, { payload }, error) => recordRetry(tx, payload.jobId, error),
    gaveUp: (tx, { payload }, error) => failJob(tx, payload.jobId, error),
  };
}

/** Shows in the timeline which error occurred and that the step is retried. */
export async function recordRetry(tx: Tx, jobId: string, error: KluisError): Promise<void> {
  await countRetry(tx, jobId, error);
  await notify(tx, "job", { jobId });
}

/** Fails a job. The returned call makes it clean up and end. */
export async function failJob(tx: Tx, jobId: string, error: KluisError): Promise<Again> {
  const isFirst = await condemnJob(tx, jobId, errorInfo(error));
  return { againInMs: isFirst ? 0 : CLEAN_UP_AGAIN_MS };
}
