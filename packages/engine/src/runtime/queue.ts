import { enqueue, type Tx } from "@kluis/db";
import { type TaskName, type TaskPayload, taskCatalog } from "@kluis/domain";

export interface NewTask<N extends TaskName> {
  readonly name: N;
  readonly payload: TaskPayload<N>;
  readonly runAt: Date;
  /** Tries that are left; default: all that the catalogue allows. */
  readonly maxAttempts?: number;
  /** When the task waits already for an earlier time, that time stays: somebody woke it meanwhile. */
  readonly keepEarlier?: boolean;
}

/** Puts a task into the queue under its key: whatever waits under the key becomes this one. */
export async function addTask<N extends TaskName>(tx: Tx, task: NewTask<N>): Promise<void> {
  const { name, payload, runAt, maxAttempts = taskCatalog[name].maxAttempts, keepEarlier = false } = task;
  await enqueue(tx, name, payload, {
    runAt,
    maxAttempts,
    jobKeyMode: keepEarlier ? "preserve_run_at" : "replace",
  });
}
