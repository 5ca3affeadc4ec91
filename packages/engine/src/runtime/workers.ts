/** graphile-worker's pools in this process. They take no task before the engine is registered as alive. */
import { EventEmitter } from "node:events";
import { type Db, mapDatabaseError } from "@kluis/db";
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from "graphile-worker";
import type { Log } from "../log.ts";

export interface WorkersOptions {
  readonly db: Db;
  readonly log: Log;
  /** Long tasks that move data run in a separate pool, so that jobs can always advance. */
  readonly pools: readonly { readonly taskList: TaskList; readonly concurrency: number }[];
  /** Called with the ids under which the pools lock tasks. The pools start afterwards. */
  readonly register: (poolIds: readonly string[]) => Promise<void>;
}

export interface Workers {
  /** Aborts when the end of a task could not be stored: nothing takes tasks then, and the task stays locked. */
  readonly broken: AbortSignal;
  /** Waits for running tasks, whose signals the caller has aborted. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;

/**
 * Without batches, the queue ignores that the end of a task was not stored, and its rejected promise ends the process. With
 * them, it reports that as `pool:fatalError`.
 */
const REPORT_LOST_ENDS = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

export async function startWorkers({ db, log, pools, register }: WorkersOptions): Promise<Workers> {
  const opened = Promise.withResolvers<null>();
  // When the start fails early, nothing waits for this promise.
  opened.promise.catch(() => undefined);
  const poolIds: string[] = [];
  const events: WorkerEvents = new EventEmitter();
  events.on("pool:create", ({ workerPool }) => poolIds.push(workerPool.id));
  const broken = new AbortController();
  events.on("pool:fatalError", ({ error }) => broken.abort(mapDatabaseError(error)));
  const runners: Runner[] = [];
  // A broken connection fails its query, but an unhandled "error" event would also end the process.
  db.pool.on("connect", (client) =>
    client.on("error", (error) =>
      log.warn({ error: mapDatabaseError(error) }, "a database connection broke"),
    ),
  );
  try {
    for (const { taskList, concurrency } of pools) {
      const runner = await run({
        pgPool: db.pool,
        taskList,
        concurrency,
        preset: { worker: REPORT_LOST_ENDS },
        events,
        noHandleSignals: true,
        // recurring.ts handles recurring tasks, so graphile-worker must not search for a crontab file.
        parsedCronItems: [],
        pollInterval: POLL_MS,
        logger: quietLogger(log),
        // Called before every poll. Blocks until the engine is registered.
        forbiddenFlags: () => opened.promise,
      });
      runners.push(runner);
    }
    await register(poolIds);
    opened.resolve(null);
  } catch (error) {
    opened.reject(error);
    await Promise.allSettled(runners.map((runner) => runner.stop()));
    throw error;
  }
  return {
    broken: broken.signal,
    stop: async () => {
      // One that broke stops already.
      await Promise.allSettled(runners.map((runner) => runner.stop().catch(() => runner.promise)));
    },
  };
}

/** Task results are in the engine's log already, so that of the queue only warnings and errors matter. */
function quietLogger(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    if (level === "error" || level === "warning") log.warn({ queue: scope.label ?? "queue" }, message);
    else log.debug({ queue: scope.label ?? "queue" }, message);
  });
}
