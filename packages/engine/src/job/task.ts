/** The task that carries a job, for any kind of job. */
import { condemnJob, countRetry, notify, type Tx } from "@kluis/db";
import { errorInfo, type jobTask, type KluisError } from "@kluis/domain";
import { withLock } from "../runtime/lock.ts";
import type { TaskDefinition } from "../runtime/tasks.ts";
import { type Again, advance } from "./advance.ts";
import type { Machine } from "./step.ts";

/** Names of the tasks whose payload is a job and nothing else. */
export type JobTaskName = (typeof jobTask)[keyof typeof jobTask];

/** Somebody else carries the job at this moment: look again soon. */
const BUSY: Again = { againInMs: 1_000 };
/** Pause before cleaning up is tried anew with all its tries: it goes on until Azure confirms. */
const KEEP_CLEANING_MS = 5 * 60_000;

export function jobTaskDefinition<M extends object>(machine: Machine<M>): TaskDefinition<JobTaskName> {
  return {
    async run({ deps, payload, signal }) {
      const { jobId } = payload;
      const held = await withLock(deps.db, `job:${jobId}`, () => advance({ deps, machine, jobId, signal }));
      return held === null ? BUSY : held.value;
    },
    retrying: (tx, { payload }, error) => noteRetry(tx, payload.jobId, error),
    gaveUp: (tx, { payload }, error) => failJob(tx, payload.jobId, error),
  };
}

/** The timeline says what went wrong and that it is tried again. */
export async function noteRetry(tx: Tx, jobId: string, error: KluisError): Promise<void> {
  await countRetry(tx, jobId, `Trying again: ${error.message}`);
  await notify(tx, "job", { jobId });
}

/** The job fails: called once more, it cleans up and ends. */
export async function failJob(tx: Tx, jobId: string, error: KluisError): Promise<Again> {
  const first = await condemnJob(tx, jobId, errorInfo(error));
  return { againInMs: first ? 0 : KEEP_CLEANING_MS };
}
