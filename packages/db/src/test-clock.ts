/** The time of a test's database. Only tests import this file, through the entry `testing`. */
import type pg from "pg";

/** Kept in the test's database: the function below reads it, so all connections agree. */
const replaceFunction = `
  CREATE TABLE IF NOT EXISTS kluis_test_clock ("only" boolean PRIMARY KEY DEFAULT true CHECK ("only"), ahead interval NOT NULL);
  INSERT INTO kluis_test_clock (ahead) VALUES ('0') ON CONFLICT DO NOTHING;
  GRANT SELECT, UPDATE ON kluis_test_clock TO PUBLIC;
  CREATE OR REPLACE FUNCTION "kluis_now"() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS 'SELECT now() + ahead FROM kluis_test_clock'`;

/**
 * Moves the time of a database forward. Waiting tasks of the queue come nearer by as much, because the queue compares their times
 * with the machine's.
 */
export async function advanceDatabaseClock(pool: pg.Pool, ms: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query("SELECT to_regclass('kluis_test_clock') IS NOT NULL AS made");
    if (JSON.stringify(rows) === '[{"made":false}]') await client.query(replaceFunction);
    await client.query("UPDATE kluis_test_clock SET ahead = ahead + $1::float * interval '1 ms'", [ms]);
    await client.query(
      "UPDATE graphile_worker._private_jobs SET run_at = run_at - $1::float * interval '1 ms' WHERE locked_at IS NULL",
      [ms],
    );
    // Workers look at the queue at once instead of at their next poll.
    await client.query(`SELECT pg_notify('jobs:insert', '{"r":' || random() || ',"count":8}')`);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
