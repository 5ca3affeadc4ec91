import { Prisma } from "../generated/client.ts";
import type { Db } from "./client.ts";
import { isTransactionConflict, mapDatabaseError } from "./errors.ts";

/** The argument of repository functions: an open transaction, or the client for a single read. */
export type Tx = Prisma.TransactionClient;

export interface TransactionOptions {
  /** The limit of the whole transaction, in milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const attempts = 6;
const waitForConnectionMs = 30_000;

/**
 * Runs `fn` in one READ COMMITTED transaction: each statement sees the commits before it. A row lock, an advisory lock or a
 * unique index must protect what may not change between two statements. A transaction that lost a deadlock runs again, so
 * `fn` must do database work only.
 * @throws the error of `fn`; KluisError DATABASE_UNREACHABLE
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

/**
 * Makes the rest of a transaction find rows by index. For a page of rows by their ids: for a hundred of ten thousand the planner
 * may prefer to read the whole table, again for every page.
 */
export async function preferIndexes(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT set_config('enable_seqscan', 'off', TRUE), set_config('jit', 'off', TRUE)`;
}

/**
 * Runs a part of a transaction, whose changes are taken back when it throws; the transaction continues.
 * @throws the error of `work`
 */
export async function inSavepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.$executeRaw`SAVEPOINT kluis_part`;
  try {
    const result = await work();
    await tx.$executeRaw`RELEASE SAVEPOINT kluis_part`;
    return result;
  } catch (error) {
    // A lost connection has no savepoint; its error is the one that counts.
    await tx.$executeRaw`ROLLBACK TO SAVEPOINT kluis_part`.catch(() => undefined);
    // Otherwise a part that contains this one would go back to here only.
    await tx.$executeRaw`RELEASE SAVEPOINT kluis_part`.catch(() => undefined);
    throw error;
  }
}
