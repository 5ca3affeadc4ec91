import { Prisma } from "../generated/client.ts";
import type { Db } from "./client.ts";
import { isTransactionConflict, mapDatabaseError } from "./errors.ts";

/** What a repository function takes: an open transaction, or the client itself for a single read. */
export type Tx = Prisma.TransactionClient;

export interface TransactionOptions {
  /** How long the whole transaction may take, in milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const attempts = 6;
const waitForConnectionMs = 30_000;

/**
 * Runs `fn` in one transaction (READ COMMITTED: each statement sees what is committed; what must not change between two
 * statements is locked by its row, an advisory lock or a unique index). A transaction that lost a deadlock is rolled back
 * and run again, so `fn` must do nothing but database work.
 * @throws what `fn` throws; KluisError DATABASE_UNREACHABLE
 */
export async function inTransaction<T>(
  db: Db,
  fn: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await db.prisma.$transaction(fn, {
        isolationLevel: Prisma.TransactionIsolationLevel.ReadCommitted,
        maxWait: waitForConnectionMs,
        timeout: options.timeoutMs ?? 60_000,
      });
    } catch (error) {
      if (attempt < attempts && isTransactionConflict(error)) continue;
      throw mapDatabaseError(error);
    }
  }
}
