/** The tasks of a backup. */
import type { Tx } from "@kluis/db";
import { condemnJob, countRetry, loadWorkJob } from "@kluis/db/engine";
import { errorInfo, type KluisError } from "@kluis/domain";
import { type Again, advance } from "../job/advance.ts";
import { withLock } from "../runtime/lock.ts";
import { addTask } from "../runtime/queue.ts";
import type { TaskDefinition } from "../runtime/tasks.ts";
import { backupMachine } from "./machine.ts";
import { moveSegment } from "./segment.ts";

/** Somebody else carries the job at this moment: look again soon. */
const BUSY: Again = { againInMs: 1_000 };

export const advanceTask: TaskDefinition<"backup.advance"> = {
  async run({ deps, payload, signal }) {
    const { jobId } = payload;
    const held = await withLock(deps.db, `job:${jobId}`, () =>
      advance({ deps, machine: backupMachine, jobId, signal }),
    );
    return held === null ? BUSY : held.value;
  },
  retrying: (tx, { payload }, error) => noteRetry(tx, payload.jobId, error),
  gaveUp: (tx, { payload }, error) => fail(tx, payload.jobId, error),
};

export const segmentTask: TaskDefinition<"backup.segment"> = {
  async run({ deps, payload, signal }) {
    await moveSegment(deps, payload, signal);
    return null;
  },
  retrying: (tx, { payload }, error) => noteRetry(tx, payload.jobId, error),
  async gaveUp(tx, { deps, payload }, error) {
    await fail(tx, payload.jobId, error);
    await addTask(tx, { name: "backup.advance", payload: { jobId: payload.jobId }, runAt: deps.clock.now() });
    return null;
  },
};

/** The timeline says what went wrong and that it is tried again. */
export async function noteRetry(tx: Tx, jobId: string, error: KluisError): Promise<void> {
  const job = await loadWorkJob(tx, jobId);
  const step = job?.steps.find(({ state }) => state === "running");
  if (step !== undefined)
    await countRetry(tx, { jobId, name: step.name, message: `Trying again: ${error.message}` });
}

/** Pause before cleaning up is tried anew with all its tries: it goes on until Azure confirms. */
const AGAIN_WHEN_CONDEMNED_MS = 5 * 60_000;

/** The job fails: it is called once more, and then cleans up and ends. */
export async function fail(tx: Tx, jobId: string, error: KluisError): Promise<Again> {
  const first = await condemnJob(tx, jobId, errorInfo(error));
  return { againInMs: first ? 0 : AGAIN_WHEN_CONDEMNED_MS };
}
