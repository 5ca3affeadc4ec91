/** The task queue: graphile-worker's tables, used in the caller's transaction. */
import { KluisError, type TaskName, type TaskPayload, taskCatalog, taskKey } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

export interface EnqueueOptions {
  /** At most one waiting task per key. Default: `taskKey` of domain/jobs/job.ts. Null: no key, so every call adds a task. */
  readonly jobKey?: string | null;
  /** The earliest start, by the clock of the database (`kluis_now()`). The queue stores it as a time of the machine. */
  readonly runAt?: Date;
  /** Lower runs first; default 0. */
  readonly priority?: number;
  /** Remaining tries; default: those of the catalog. */
  readonly maxAttempts?: number;
  /** Tasks with the same queue name run one after the other. */
  readonly queueName?: string;
  /**
   * `replace` (default): changes time and payload of a waiting task with the key. Beside a running task, adds a new one.
   * `preserve_run_at`: the same, but keeps the time of a waiting task.
   */
  readonly jobKeyMode?: "replace" | "preserve_run_at";
}

/**
 * Adds a task to the queue. It can start when the caller's transaction commits.
 * @returns the id of the task in the queue
 * @throws ZodError for a payload that does not fit the catalog
 */
// oxlint-disable-next-line max-params -- the transaction, and the three parts of a task in their usual order
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
        run_at => ${options.runAt ?? null}::timestamptz - (kluis_now() - now()),
        max_attempts => ${options.maxAttempts ?? entry.maxAttempts}::int,
        job_key => ${key}::text,
        priority => ${options.priority ?? null}::int,
        job_key_mode => ${options.jobKeyMode ?? "replace"}::text
      )`;
    const [row] = z.array(z.object({ id: z.string().nullable() })).parse(rows);
    if (typeof row?.id === "string") return row.id;
  }
  throw new KluisError("INTERNAL", { message: "The queue did not accept a task.", params: { task } });
}

/**
 * `add_job` returns nothing when a worker takes the waiting task of the key between its two statements: the running task keeps
 * the key and nothing is added. The next call adds the task beside the running one.
 */
const mostTries = 5;

/**
 * Unlocks the tasks of these workers (ids of graphile-worker). Only for workers whose process is certainly dead.
 *
 * The queue runs no task again whose tries are used up. A task that died in its last try gets one more, because the task did
 * not fail. A task without key was replaced while it ran: its successor does the work, and it would stay forever. So would one
 * of a living worker that could not record its end.
 */
export async function unlockWorkers(tx: Tx, workerIds: readonly string[]): Promise<void> {
  if (workerIds.length === 0) return;
  const rows = await tx.$queryRaw`
    SELECT id::text AS id, key IS NULL AS replaced FROM graphile_worker.jobs
    WHERE attempts >= max_attempts
      AND (locked_by = ANY(${[...workerIds]}::text[]) OR (locked_at IS NULL AND key IS NULL))`;
  const over = z.array(z.object({ id: z.string(), replaced: z.boolean() })).parse(rows);
  const [replaced, lastTries] = [true, false].map((wanted) =>
    over.filter((row) => row.replaced === wanted).map(({ id }) => id),
  );
  await tx.$executeRaw`SELECT graphile_worker.force_unlock_workers(${[...workerIds]}::text[])`;
  await tx.$executeRaw`SELECT graphile_worker.complete_jobs(${replaced}::bigint[])`;
  await tx.$executeRaw`
    SELECT graphile_worker.reschedule_jobs(ARRAY[id], attempts => max_attempts - 1)
    FROM graphile_worker.jobs WHERE id = ANY(${lastTries}::bigint[])`;
}

/** The number of waiting and running tasks, by name. */
export async function queueDepth(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT task_identifier AS task, count(*)::int AS count FROM graphile_worker.jobs GROUP BY task_identifier`;
  const parsed = z.array(z.object({ task: z.string(), count: z.number() })).parse(rows);
  return new Map(parsed.map((row) => [row.task, row.count]));
}
