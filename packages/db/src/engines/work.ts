/** Engine processes: how they register, prove that they are alive, and are detected as dead. */
import pg from "pg";
import { clearAttention } from "../attention/write.ts";
import { releaseClaims } from "../azure-resources/desired.ts";
import type { Db } from "../client.ts";
import { watchConnection } from "../connection-watch.ts";
import { locks } from "../locks.ts";
import { unlockWorkers } from "../queue/enqueue.ts";
import { inTransaction, type Tx } from "../tx.ts";

export interface EngineFacts {
  readonly id: string;
  readonly hostname: string;
  readonly pid: number;
  readonly version: string;
  /** The ids of the process's workers in graphile-worker. */
  readonly workerIds: readonly string[];
  /** Segments that the process moves at the same time; default 3. */
  readonly concurrency?: number;
  /** MiB per second that the process stores at most; absent: no limit. */
  readonly bandwidth?: number | null;
}

/** The session lock of a living engine. PostgreSQL frees it when the process or its connection ends. */
export interface EngineLock extends AsyncDisposable {
  readonly lockKey: bigint;
  /** Aborts when the connection of the lock is lost. Other engines then treat this one as dead, so it must stop. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes a new lock on a separate connection. Call it before `registerEngine`: a registered engine without lock counts as dead. */
export async function holdEngineLock(db: Db): Promise<EngineLock> {
  const client = new pg.Client({ ...db.pool.options, keepAlive: true });
  // Without a listener, an error of the connection would end the process.
  client.on("error", () => undefined);
  const watch = watchConnection(client);
  const release = async (): Promise<void> => {
    await watch.stop();
    // A connection that no longer answers does not end either.
    if (!watch.lost.aborted) await client.end();
  };
  try {
    await client.connect();
    const lockKey = locks.engine();
    await client.query("SELECT pg_advisory_lock($1::bigint)", [String(lockKey)]);
    return { lockKey, lost: watch.lost, release, [Symbol.asyncDispose]: release };
  } catch (error) {
    await watch.stop();
    void client.end().catch(() => undefined);
    throw error;
  }
}

export async function registerEngine(
  tx: Tx,
  facts: EngineFacts,
  at: { readonly lockKey: bigint; readonly now: Date },
): Promise<void> {
  const { now, lockKey } = at;
  const workerIds = [...facts.workerIds];
  await tx.engineProcess.upsert({
    where: { id: facts.id },
    create: { ...facts, workerIds, lockKey, startedAt: now, heartbeatAt: now },
    update: { workerIds, heartbeatAt: now },
  });
}

/** Records that the engine is alive, and its current workers. */
export async function beatEngine(
  tx: Tx,
  id: string,
  at: { readonly now: Date; readonly workerIds?: readonly string[] },
): Promise<void> {
  await tx.engineProcess.updateMany({
    where: { id, endedAt: null },
    data: { heartbeatAt: at.now, ...(at.workerIds && { workerIds: [...at.workerIds] }) },
  });
}

/** Records that the engine has stopped. */
export async function endEngine(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.engineProcess.updateMany({ where: { id, endedAt: null }, data: { endedAt: now } });
}

export interface EngineRow {
  readonly id: string;
  readonly hostname: string;
  readonly pid: number;
  readonly version: string;
  readonly workerIds: readonly string[];
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
}

/** Engines that have not ended; one that died is among them until another engine finds out, within seconds. */
export function countEngines(tx: Tx): Promise<number> {
  return tx.engineProcess.count({ where: { endedAt: null } });
}

/** Engines that have not ended, alive or not. */
export function listEngines(tx: Tx): Promise<EngineRow[]> {
  return tx.engineProcess.findMany({
    where: { endedAt: null },
    orderBy: { startedAt: "asc" },
    select: {
      id: true,
      hostname: true,
      pid: true,
      version: true,
      workerIds: true,
      startedAt: true,
      heartbeatAt: true,
    },
  });
}

/**
 * Ends engines whose lock is free, unlocks the tasks of their workers and releases what they were removing, so that all of it
 * continues immediately instead of after graphile-worker's four hours.
 * @returns the engines that this call ended
 */
export function reapDeadEngines(db: Db, now: Date): Promise<EngineRow[]> {
  return inTransaction(db, async (tx) => {
    const living = await tx.engineProcess.findMany({ where: { endedAt: null } });
    const dead: EngineRow[] = [];
    for (const engine of living) {
      const [lock] = await tx.$queryRaw<{ free: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(${engine.lockKey}::bigint) AS free`;
      if (lock?.free !== true) continue;
      const ended = await tx.engineProcess.updateMany({
        where: { id: engine.id, endedAt: null },
        data: { endedAt: now },
      });
      if (ended.count === 1) dead.push(engine);
    }
    if (dead.length === 0) return dead;
    await unlockWorkers(
      tx,
      dead.flatMap((engine) => [...engine.workerIds]),
    );
    await releaseClaims(
      tx,
      dead.map(({ id }) => id),
    );
    // A living engine of the same machine raises it again.
    for (const { hostname } of dead) await clearAttention(tx, `clock:${hostname}`);
    return dead;
  });
}
