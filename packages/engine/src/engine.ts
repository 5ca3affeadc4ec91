/** An engine process: opens its parts, registers as alive, runs tasks, and stops in an orderly way. */
import { hostname } from "node:os";
import { grantWrite } from "@kluis/azure";
import {
  type Db,
  type EngineLock,
  endEngine,
  ensureInstallation,
  holdEngineLock,
  listOpenJobs,
  newId,
  openDatabase,
  openSecretBox,
  registerEngine,
  requestBudgetStore,
} from "@kluis/db";
import { jobTask, type RequestLimit, systemClock, type TimedClock } from "@kluis/domain";
import type { EngineDeps } from "./deps.ts";
import type { EngineConfig } from "./env.ts";
import { GrantBook } from "./job/grants.ts";
import { openSnapshot } from "./job/open-access.ts";
import { type Log, openLog } from "./log.ts";
import { AzureTime, ClockGuard } from "./runtime/clock-guard.ts";
import { Connections } from "./runtime/connections.ts";
import { DatabaseClock } from "./runtime/database-clock.ts";
import { keepAlive, reapDead } from "./runtime/heartbeat.ts";
import { PolicyRates } from "./runtime/policy-rates.ts";
import { addTask } from "./runtime/queue.ts";
import { RecurringTasks } from "./runtime/recurring.ts";
import { followSettings } from "./runtime/settings.ts";
import { toTaskList } from "./runtime/tasks.ts";
import { Vaults } from "./runtime/vaults.ts";
import { startWorkers, type Workers } from "./runtime/workers.ts";
import { controlTasks, dataTasks, transferTasks } from "./tasks.ts";
import { lookAtVaults } from "./upkeep/truth/look.ts";
import { ENGINE_VERSION } from "./version.ts";

export interface EngineOptions {
  readonly clock?: TimedClock;
  readonly log?: Log;
  /** False: does not start recurring tasks (schedule, discovery, upkeep). For tests. */
  readonly recurring?: boolean;
  /** Limit of one request to Azure. For tests of an Azure that never answers. */
  readonly azureTimeoutMs?: number;
  /** Limit of one request for the bytes of a disk or a vault. For the same tests. */
  readonly requestLimit?: RequestLimit;
  /** First pause between the attempts of one request to a vault. For tests of a vault that is gone. */
  readonly vaultRetryMs?: number;
}

export interface Engine {
  readonly id: string;
  readonly deps: EngineDeps;
  /** Aborts when other engines may treat this one as dead, or its queue is broken. The owner must abandon it then. */
  readonly lost: AbortSignal;
  /** Returns running tasks to the queue and closes everything. Safe to call twice. */
  stop(): Promise<void>;
  /** Aborts what runs and closes every connection at once, because the database is lost. Ends with the last task. */
  abandon(): Promise<void>;
}

/** Control tasks only poll and record, so that several at a time cost little. */
const CONTROL_CONCURRENCY = 4;
/** Transfers that plan, join or write a manifest at a time. Moving the data is the work of segments. */
const TRANSFER_CONCURRENCY = 4;
/** Connections besides those of the workers: two listeners, locks of jobs, timers. */
const SPARE_CONNECTIONS = 10;
/** How long running tasks may take to stop. */
const STOP_GRACE_MS = 5_000;

/**
 * Starts an engine on a migrated database.
 * @throws KluisError when a part cannot be reached or opened; everything is closed again then
 */
export async function startEngine(config: EngineConfig, options: EngineOptions = {}): Promise<Engine> {
  const log = options.log ?? openLog({ format: config.logFormat, level: config.logLevel });
  const stopping = new AbortController();
  await using undo = new AsyncDisposableStack();
  const poolSize = config.concurrency + 2 * (CONTROL_CONCURRENCY + TRANSFER_CONCURRENCY) + SPARE_CONNECTIONS;
  const db = undo.adopt(await openDatabase({ url: config.databaseUrl, poolSize }), (open) => open.close());
  const machine = options.clock ?? systemClock;
  const clock = await DatabaseClock.open(db, machine);
  const deps = await openDeps({ config, db, machine, clock, log, options });
  await deps.clockGuard.check(deps);
  await followSettings(deps, config, stopping.signal);
  await lookAtVaults(deps, stopping.signal);
  const lock = undo.use(await holdEngineLock(db));
  await reapDead(deps);
  const id = deps.engineId;
  const workers = await startAll({ deps, config, lock, id, stopping: stopping.signal });
  const recurring = new RecurringTasks(deps);
  const alive = keepAlive(deps, { engineId: id, signal: stopping.signal });
  if (options.recurring !== false) await recurring.start();
  await resumeJobs(deps);
  log.info({ engine: id, version: ENGINE_VERSION, concurrency: config.concurrency }, "engine started");
  const parts = undo.move();
  let stopped: Promise<void> | null = null;
  const running = { deps, id, stopping, workers, recurring, alive, parts };
  const stop = (): Promise<void> => (stopped ??= shutDown(running));
  const abandon = (): Promise<void> => (stopped ??= cutOff(running));
  return { id, deps, lost: AbortSignal.any([lock.lost, workers.broken]), stop, abandon };
}

export async function openDeps(given: {
  config: EngineConfig;
  db: Db;
  machine: TimedClock;
  clock: DatabaseClock;
  log: Log;
  options: EngineOptions;
}): Promise<EngineDeps> {
  const { config, db, machine, clock, log, options } = given;
  const { azureTimeoutMs: timeoutMs, requestLimit, vaultRetryMs: retryDelayMs } = options;
  const storeLimits = { requestLimit, retryDelayMs };
  const azureTime = new AzureTime();
  const secrets = openSecretBox(config.secretsKeyFile);
  const connections = new Connections({
    db,
    clock,
    budgetStore: requestBudgetStore(db.prisma),
    secrets,
    ...config.azureProcess,
    federatedTokenFile: config.federatedTokenFile,
    readEnvironment: config.reread.azure,
    onTime: (at) => azureTime.observe(at, clock),
    timeoutMs,
    requestLimit,
  });
  const { bandwidth, vault } = config;
  const { keyFile } = vault;
  const readEnvironment = config.reread.vault;
  const { azure } = connections;
  const now = (): number => clock.now().getTime();
  const keyVault = config.keyVault(now);
  const directory = { client: config.directory?.(now) ?? null, groupRightsMs: config.groupRightsMs };
  return {
    db,
    azure,
    connections,
    vaults: new Vaults({ db, clock, secrets, keyFile, readEnvironment, storeLimits, bandwidth, keyVault }),
    directory,
    policyRates: new PolicyRates({ db, clock, log }),
    clock,
    clockGuard: new ClockGuard({ host: hostname(), machine, clock, azure: azureTime }),
    log,
    installationId: await ensureInstallation(db, clock),
    engineId: newId(clock),
    engineVersion: ENGINE_VERSION,
    grants: new GrantBook((id, abort) => openSnapshot({ db, azure }, id, abort), clock),
    writeGrants: new GrantBook((id, abort) => grantWrite(azure, id, { signal: abort }), clock),
    ledgerKeyFile: config.ledgerKeyFile,
    historyDays: config.historyDays,
  };
}

function startAll(given: {
  deps: EngineDeps;
  config: EngineConfig;
  lock: EngineLock;
  id: string;
  stopping: AbortSignal;
}): Promise<Workers> {
  const { deps, config, lock, id, stopping } = given;
  const runtime = { deps, stopping };
  return startWorkers({
    db: deps.db,
    log: deps.log,
    pools: [
      { taskList: toTaskList(runtime, controlTasks), concurrency: CONTROL_CONCURRENCY },
      { taskList: toTaskList(runtime, transferTasks), concurrency: TRANSFER_CONCURRENCY },
      { taskList: toTaskList(runtime, dataTasks), concurrency: config.concurrency },
    ],
    register: (workerIds) =>
      registerEngine(
        deps.db.prisma,
        {
          id,
          hostname: hostname(),
          pid: process.pid,
          version: ENGINE_VERSION,
          workerIds,
          concurrency: config.concurrency,
          bandwidth: config.bandwidth,
        },
        { lockKey: lock.lockKey, now: deps.clock.now() },
      ),
  });
}

/** Queues a task for every open job, because its old task may be lost. */
async function resumeJobs(deps: EngineDeps): Promise<void> {
  for (const { id, kind } of await listOpenJobs(deps.db.prisma)) {
    await addTask(deps.db.prisma, {
      name: jobTask[kind],
      payload: { jobId: id },
      runAt: deps.clock.now(),
      keepEarlier: true,
    });
  }
}

interface Running {
  readonly deps: EngineDeps;
  readonly id: string;
  readonly stopping: AbortController;
  readonly workers: Workers;
  readonly recurring: RecurringTasks;
  readonly alive: Promise<void>;
  readonly parts: AsyncDisposableStack;
}

/** Ends an engine without its database. What its tasks held is free with the lock, which is lost. */
async function cutOff({ deps, stopping, workers, recurring, alive, parts }: Running): Promise<void> {
  stopping.abort(new Error("The engine lost its database."));
  // First: tasks of the old engine, and the queue's own repetitions, must not reach the database when it is back.
  const closed = deps.db.pool.end();
  await Promise.allSettled([closed, workers.stop(), recurring.stop(), alive, parts.disposeAsync()]);
}

async function shutDown(given: Running): Promise<void> {
  const { deps, id, stopping, workers, recurring, alive, parts } = given;
  stopping.abort(new Error("The engine is stopping."));
  const quiet = Promise.all([workers.stop(), recurring.stop(), alive]);
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), STOP_GRACE_MS);
  const outcome = await Promise.race([quiet.then(() => "quiet" as const), late.promise]);
  clearTimeout(timer);
  // Tasks that are still running stay locked until another engine finds that the lock of this one is free.
  if (outcome === "quiet") await endEngine(deps.db.prisma, id, deps.clock.now());
  else deps.log.warn({ engine: id }, "tasks did not stop in time; the next engine continues them");
  await deps.clockGuard.close(deps);
  await parts.disposeAsync();
  deps.log.info({ engine: id }, "engine stopped");
}
