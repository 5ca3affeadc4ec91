/**
 * The only place that makes keys of PostgreSQL advisory locks, so that no two uses collide.
 *
 * A named lock has a positive key: 62 bits of the SHA-256 of its name, with one fixed prefix as the seed. Engine processes hold
 * locks with random negative keys (`EngineProcess.lockKey`).
 */
import { createHash, randomBytes } from "node:crypto";
import type { TaskName } from "@kluis/domain";
import type { Db } from "./client.ts";
import { answers, watchConnection } from "./connection-watch.ts";
import type { Tx } from "./tx.ts";

/** Also separates Kluis from other programs that use advisory locks in the same database. */
const HASH_SEED = "kluis-lock-1:";

function named(name: string): bigint {
  const digest = createHash("sha256").update(`${HASH_SEED}${name}`).digest();
  return digest.readBigUInt64BE() >> 2n;
}

export const locks = {
  /** Session lock: one process migrates at a time. */
  migrate: named("migrate"),
  /** Transaction lock: one writer at the end of the ledger. */
  ledger: named("ledger"),
  /** Transaction lock: one process seeds at a time. */
  seed: named("seed"),
  /** Transaction lock: one change of connections, or of who reads which subscription, at a time. */
  connections: named("connections"),
  /** Transaction lock: one change of teams, roles or users at a time. */
  access: named("access"),
  /** Transaction lock: one change of vaults, or of which one is the default, at a time. */
  vaults: named("vaults"),
  /** Transaction lock: a change of the guardrails holds it alone, and what they bind holds it together. */
  guardrails: named("guardrails"),
  /** Transaction lock: a change of assignment rules or exclusions holds it alone, and what applies them holds it together. */
  assignmentRules: named("assignment-rules"),
  /** Transaction lock: one start of a bulk action at a time. */
  bulk: named("bulk"),
  /** Transaction lock: one request for a second person of a person at a time. */
  requester: (personId: string): bigint => named(`requester:${personId}`),
  /** Transaction lock: one discovery writes a VM at a time. `resourceId` in any letter case. */
  vm: (resourceId: string): bigint => named(`vm:${resourceId.toLowerCase()}`),
  /** Session lock: one process advances a job at a time. */
  job: (jobId: string): bigint => named(`job:${jobId}`),
  /** One process at a time deletes the collection of a VM's restore points, or begins to use it. `resourceId` in any letter case. */
  collection: (resourceId: string): bigint => named(`collection:${resourceId.toLowerCase()}`),
  /** Transaction lock: one engine at a time counts the open snapshots of a disk (its uniqueId). */
  openAccess: (disk: string): bigint => named(`open-access:${disk}`),
  /** Session lock: one run of an upkeep task at a time. */
  task: (name: TaskName): bigint => named(`task:${name}`),
  /** Session lock: one run at a time accounts a vault. It only saves work. */
  account: (vaultId: string): bigint => named(`account:${vaultId}`),
  /** Session lock: one engine at a time changes or checks the keys of a vault. */
  keys: (vaultId: string): bigint => named(`keys:${vaultId}`),
  /** Session lock: one engine at a time asks Azure whether connections work. */
  connectionHealth: named("connection-health"),
  /** A new session lock that an engine process holds while it lives. */
  engine: (): bigint => -(randomBytes(8).readBigUInt64BE() >> 2n) - 1n,
} as const;

/** Waits for a lock and holds it until the transaction ends. */
export async function lockInTransaction(tx: Tx, key: bigint): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${key}::bigint)`;
}

/** Waits for who holds a lock alone, and holds it together with others until the transaction ends. */
export async function shareInTransaction(tx: Tx, key: bigint): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${key}::bigint)`;
}

/**
 * Runs `work` while this session holds a lock. Returns null immediately when another session holds it.
 * PostgreSQL frees the lock with the connection, so a killed process never keeps one.
 * @param work gets a signal that aborts with a LockLostError when the connection of the lock is lost
 */
export async function withLock<T>(
  db: Db,
  key: bigint,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const client = await db.pool.connect();
  const held = watchConnection(client);
  let isBroken = true;
  try {
    const parameters = [String(key)];
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock($1::bigint) AS taken",
      parameters,
    );
    if (rows[0]?.taken !== true) {
      isBroken = false;
      return null;
    }
    try {
      return { value: await work(held.lost) };
    } finally {
      await held.stop();
      if (!held.lost.aborted)
        isBroken = !(await answers(client, "SELECT pg_advisory_unlock($1::bigint)", parameters));
    }
  } finally {
    await held.stop();
    // A connection on which locking or unlocking failed is closed, which frees its locks.
    client.release(isBroken);
  }
}
