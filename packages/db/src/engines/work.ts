import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Db } from "../client.ts";
import { unlockWorkers } from "../queue/enqueue.ts";
import type { Tx } from "../tx.ts";
import { inTransaction } from "../tx.ts";

export interface EngineFacts {
  readonly id: string;
  readonly hostname: string;
  readonly pid: number;
  readonly version: string;
  /** graphile-worker's ids of the workers in this process. */
  readonly workerIds: readonly string[];
}

/** A session advisory lock that says "this engine lives". The server frees it when the process or its connection dies. */
export interface EngineLock extends AsyncDisposable {
  readonly lockKey: bigint;
  /** Aborts when the connection that holds the lock is lost: others may take this engine for dead, so it must stop. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes a new lock on a connection of its own. Take it before `registerEngine`, so that a registered engine is never unlocked. */
export async function holdEngineLock(db: Db): Promise<EngineLock> {
  const client = new pg.Client({ ...db.pool.options, keepAlive: true });
  const lost = new AbortController();
  let releasing = false;
  const onEnd = (): void => {
    if (!releasing) lost.abort(new Error("The connection that holds the engine's lock was lost."));
  };
  client.on("error", onEnd);
  client.on("end", onEnd);
  await client.connect();
  // Negative, so that it never meets a key of locks.ts.
  const lockKey = -(randomBytes(8).readBigUInt64BE() >> 2n) - 1n;
  await client.query("SELECT pg_advisory_lock($1::bigint)", [String(lockKey)]);
  const release = async (): Promise<void> => {
    releasing = true;
    await client.end();
  };
  return { lockKey, lost: lost.signal, release, [Symbol.asyncDispose]: release };
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

/** Says that the engine lives, and which workers it runs now. */
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

/** The engine stopped in good order. */
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

/** Engines that have not ended, whether or not they still live. */
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
 * Finds engines whose lock is free, marks them ended and frees what their workers had locked in the queue, so that their
 * tasks go on at once and not after graphile-worker's four hours.
 * @returns the engines that were found dead now
 */
export function buryDeadEngines(db: Db, now: Date): Promise<EngineRow[]> {
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
    await unlockWorkers(
      tx,
      dead.flatMap((engine) => [...engine.workerIds]),
    );
    return dead;
  });
}
