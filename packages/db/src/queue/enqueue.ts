import { KluisError, type TaskName, type TaskPayload, taskCatalog, taskKey } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

export interface EnqueueOptions {
  /** At most one waiting task per key. Default: `taskKey` of domain/job.ts. null: no key, every call adds a task. */
  readonly jobKey?: string | null;
  /** Not before this time. */
  readonly runAt?: Date;
  /** Lower runs first; default 0. */
  readonly priority?: number;
  /** Tries that are left; default what the catalogue allows. */
  readonly maxAttempts?: number;
  /** Tasks of one queue run one after the other. */
  readonly queueName?: string;
  /**
   * `replace` (default): what waits under the key takes over the new time and payload; a running one stays, and a new one is added.
   * `preserve_run_at`: as replace, but the time of what waits stays.
   */
  readonly jobKeyMode?: "replace" | "preserve_run_at";
}

/**
 * Adds a task to the queue in the caller's transaction: it starts when the transaction commits, and never if it does not.
 * @returns the queue's own number of the task
 */
// oxlint-disable-next-line max-params -- the transaction, and the three things that make a task; read aloud in this order
export async function enqueue<N extends TaskName>(
  tx: Tx,
  task: N,
  payload: TaskPayload<N>,
  options: EnqueueOptions = {},
): Promise<string> {
  const entry = taskCatalog[task];
  const checked = entry.payload.parse(payload);
  const key = options.jobKey === undefined ? taskKey(task, payload) : options.jobKey;
  for (let tries = 1; tries <= mostTries; tries++) {
    const rows = await tx.$queryRaw`
      SELECT id::text AS id FROM graphile_worker.add_job(
        identifier => ${task}::text,
        payload => ${JSON.stringify(checked)}::json,
        queue_name => ${options.queueName ?? null}::text,
        run_at => ${options.runAt ?? null}::timestamptz,
        max_attempts => ${options.maxAttempts ?? entry.maxAttempts}::int,
        job_key => ${key}::text,
        priority => ${options.priority ?? null}::int,
        job_key_mode => ${options.jobKeyMode ?? "replace"}::text
      )`;
    const [row] = z.array(z.object({ id: z.string().nullable() })).parse(rows);
    if (typeof row?.id === "string") return row.id;
  }
  throw new KluisError("INTERNAL", { message: "The queue would not take a task.", params: { task } });
}

/**
 * `add_job` answers nothing when a worker takes the waiting task of this key in the very moment between its two statements:
 * the running task keeps its key and nothing is added. Asked again, it adds the task beside the running one.
 */
const mostTries = 5;

/** Frees what these workers (graphile-worker's ids) had locked. Only for workers whose process is certainly dead. */
export async function unlockWorkers(tx: Tx, workerIds: readonly string[]): Promise<void> {
  if (workerIds.length === 0) return;
  await tx.$executeRaw`SELECT graphile_worker.force_unlock_workers(${[...workerIds]}::text[])`;
}

/** How many tasks wait or run, by name. */
export async function queueDepth(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT task_identifier AS task, count(*)::int AS count FROM graphile_worker.jobs GROUP BY task_identifier`;
  const parsed = z.array(z.object({ task: z.string(), count: z.number() })).parse(rows);
  return new Map(parsed.map((row) => [row.task, row.count]));
}
