/** Adds tasks to the queue under their keys. */
import { enqueue, type Tx } from "@kluis/db";
import { type TaskName, type TaskPayload, taskCatalog, taskPriority } from "@kluis/domain";

export interface NewTask<N extends TaskName> {
  readonly name: N;
  readonly payload: TaskPayload<N>;
  readonly runAt: Date;
  /** Remaining tries; default: those of the catalog. */
  readonly maxAttempts?: number;
  /** Keeps the time of a waiting task that is due earlier, because it was woken meanwhile. */
  readonly keepEarlier?: boolean;
}

/** Adds a task, in place of a waiting one with the same key. */
export async function addTask<N extends TaskName>(tx: Tx, task: NewTask<N>): Promise<void> {
  const { name, payload, runAt, maxAttempts = taskCatalog[name].maxAttempts, keepEarlier = false } = task;
  await enqueue(tx, name, payload, {
    runAt,
    maxAttempts,
    priority: taskPriority(name),
    jobKeyMode: keepEarlier ? "preserve_run_at" : "replace",
  });
}
