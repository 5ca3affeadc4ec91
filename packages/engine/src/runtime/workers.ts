/** graphile-worker's pools in this process, which take nothing before the engine is registered as alive. */
import { EventEmitter } from "node:events";
import type { Db } from "@kluis/db";
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from "graphile-worker";
import type { Log } from "../log.ts";

export interface WorkersOptions {
  readonly db: Db;
  readonly log: Log;
  /** Long tasks that move data have a pool of their own, so that they never keep jobs from advancing. */
  readonly pools: readonly { readonly taskList: TaskList; readonly concurrency: number }[];
  /** Called with the pools' ids (they stand in the queue as holders of tasks); the pools start when it is done. */
  readonly register: (poolIds: readonly string[]) => Promise<void>;
}

export interface Workers {
  /** Waits for running tasks; they have been told to stop by their own signal. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;

export async function startWorkers({ db, log, pools, register }: WorkersOptions): Promise<Workers> {
  const opened = Promise.withResolvers<null>();
  // Nobody may wait on the gate when the start fails early.
  opened.promise.catch(() => undefined);
  const poolIds: string[] = [];
  const events: WorkerEvents = new EventEmitter();
  events.on("pool:create", ({ workerPool }) => poolIds.push(workerPool.id));
  const runners: Runner[] = [];
  // A connection that breaks while it is in use: its query fails by itself, but an unheard "error" would end the process.
  db.pool.on("connect", (client) =>
    client.on("error", (error) => log.warn({ error }, "a database connection broke")),
  );
  try {
    for (const { taskList, concurrency } of pools) {
      const runner = await run({
        pgPool: db.pool,
        taskList,
        concurrency,
        events,
        noHandleSignals: true,
        // Recurring work is our own (recurring.ts): no crontab file is looked for.
        parsedCronItems: [],
        pollInterval: POLL_MS,
        logger: quietLogger(log),
        // Asked before every look for work: the gate through which nothing passes before the engine is registered.
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
    stop: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
    },
  };
}

/** Our own log says how tasks fare; the queue's own words matter only when it has trouble itself. */
function quietLogger(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    if (level === "error" || level === "warning") log.warn({ queue: scope.label ?? "queue" }, message);
    else log.debug({ queue: scope.label ?? "queue" }, message);
  });
}
