import type { Db } from "@kluis/db";

/**
 * Runs `work` while holding the session lock of `name`, or returns null at once when another session holds it.
 * The lock dies with its connection, so a killed process never keeps one.
 */
export async function withLock<T>(
  db: Db,
  name: string,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const client = await db.pool.connect();
  let broken = true;
  try {
    const taken = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken",
      [name],
    );
    if (taken.rows[0]?.taken !== true) {
      broken = false;
      return null;
    }
    try {
      return { value: await work() };
    } finally {
      await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [name]);
      broken = false;
    }
  } finally {
    // A connection on which locking or unlocking failed is thrown away, and its locks with it.
    client.release(broken);
  }
}
