/** Runs tasks of the catalog: parses the payload, limits the time, judges errors, and queues the next try. */
import { inTransaction, type Tx } from "@kluis/db";
import { type KluisError, type TaskName, type TaskPayload, taskCatalog, taskKey } from "@kluis/domain";
import type { JobHelpers, Task, TaskList } from "graphile-worker";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "./queue.ts";
import { failedBefore, failureOf, judgeFailure } from "./retry.ts";

/** Run the task again after this time. */
export interface Again {
  readonly againInMs: number;
}

export interface TaskRun<N extends TaskName> {
  readonly deps: EngineDeps;
  readonly payload: TaskPayload<N>;
  /** Aborts when the task times out or the engine stops. */
  readonly signal: AbortSignal;
}

/** A try that failed. */
export interface FailedTry {
  readonly error: KluisError;
  /** Failures in a row before this one. */
  readonly failedBefore: number;
}

/** How a task handles an outage: no try is used. Null: the task ends, because something else queues it again. */
export interface Outage {
  readonly againInMs: number | null;
}

/** A task: what it does, and what it records when it fails. */
export interface TaskDefinition<N extends TaskName> {
  /** Returns when to run again, or null when it is done. */
  run(run: TaskRun<N>): Promise<Again | null>;
  /** Called first when a try failed. Returns null when this is not an outage: then retry.ts decides. */
  outage?(tx: Tx, run: TaskRun<N>, failed: FailedTry): Promise<Outage | null>;
  /** Called when the task will be retried. */
  retrying?(tx: Tx, run: TaskRun<N>, error: KluisError): Promise<void>;
  /** Called when the task will not be retried. Returning a time queues it again, with all its tries. */
  gaveUp?(tx: Tx, run: TaskRun<N>, error: KluisError): Promise<Again | null>;
}

export type TaskDefinitions = { readonly [N in TaskName]: TaskDefinition<N> };

export interface TaskRuntime {
  readonly deps: EngineDeps;
  /** Aborts when the engine stops: running tasks return to the queue. */
  readonly stopping: AbortSignal;
}

/** graphile-worker's task list for these definitions. */
export function toTaskList<N extends TaskName>(
  runtime: TaskRuntime,
  definitions: { readonly [K in N]: TaskDefinition<K> },
): TaskList {
  const list: TaskList = {};
  for (const name in definitions) list[name] = toTask(runtime, name, definitions[name]);
  return list;
}

function toTask<N extends TaskName>(runtime: TaskRuntime, name: N, definition: TaskDefinition<N>): Task {
  return async (rawPayload, helpers) => {
    const { deps, stopping } = runtime;
    const payload = parsePayload(name, rawPayload);
    const timeout = AbortSignal.timeout(taskCatalog[name].timeoutMinutes * 60_000);
    const run: TaskRun<N> = { deps, payload, signal: AbortSignal.any([stopping, timeout]) };
    try {
      await Promise.all([deps.connections.refresh(), deps.vaults.refresh()]);
      const again = await definition.run(run);
      if (again !== null)
        await addTask(deps.db.prisma, {
          name,
          payload,
          runAt: later(deps, again.againInMs),
          keepEarlier: true,
        });
    } catch (error) {
      if (stopping.aborted) await handBack({ deps, name, payload, helpers });
      else await afterFailure({ run, name, definition, helpers, error });
    }
  };
}

function parsePayload<N extends TaskName>(name: N, payload: unknown): TaskPayload<N>;
function parsePayload(name: TaskName, payload: unknown): unknown {
  return taskCatalog[name].payload.parse(payload);
}

function later(deps: EngineDeps, ms: number): Date {
  return new Date(deps.clock.now().getTime() + ms);
}

/** The engine is stopping: the task returns to the queue, and this try does not count. */
async function handBack<N extends TaskName>(given: {
  deps: EngineDeps;
  name: N;
  payload: TaskPayload<N>;
  helpers: JobHelpers;
}): Promise<void> {
  const { deps, name, payload, helpers } = given;
  const attemptsLeft = helpers.job.max_attempts - helpers.job.attempts + 1;
  await addTask(deps.db.prisma, { name, payload, runAt: deps.clock.now(), maxAttempts: attemptsLeft });
}

async function afterFailure<N extends TaskName>(given: {
  run: TaskRun<N>;
  name: N;
  definition: TaskDefinition<N>;
  helpers: JobHelpers;
  error: unknown;
}): Promise<void> {
  const { run, name, definition, helpers } = given;
  const { deps, payload } = run;
  const minutes = taskCatalog[name].timeoutMinutes;
  // The engine is not stopping here, so an aborted signal means a timeout.
  const error = failureOf(given.error, { overTime: run.signal.aborted, minutes });
  const { attempts, max_attempts: maxAttempts } = helpers.job;
  const tries = { allowed: taskCatalog[name].maxAttempts, left: maxAttempts - attempts };
  const verdict = judgeFailure(error, tries);
  await inTransaction(deps.db, async (tx) => {
    const failed = { error, failedBefore: failedBefore(tries) };
    const outage = (await definition.outage?.(tx, run, failed)) ?? null;
    const handled = outage === null ? verdict.kind : "outage";
    deps.log.warn({ error, task: taskKey(name, payload), verdict: handled }, "task failed");
    if (outage !== null) {
      if (outage.againInMs !== null)
        await addTask(tx, { name, payload, runAt: later(deps, outage.againInMs) });
      return;
    }
    if (verdict.kind === "again") {
      await definition.retrying?.(tx, run, error);
      const { delayMs, attemptsLeft } = verdict;
      await addTask(tx, { name, payload, runAt: later(deps, delayMs), maxAttempts: attemptsLeft });
      return;
    }
    const again = (await definition.gaveUp?.(tx, run, error)) ?? null;
    if (again !== null) await addTask(tx, { name, payload, runAt: later(deps, again.againInMs) });
  });
}
