/** Keeps the rows of a test's database, and puts them back: as when its server is restored from a backup. */
import { z } from "zod";
import type { World } from "./world.ts";

/** The clock of the test, and the migrations, stay. */
const left = ["kluis_test_clock", "_prisma_migrations"];

const nameRow = z.array(z.object({ name: z.string() }));

async function names(world: World, sql: string): Promise<string[]> {
  return nameRow.parse((await world.db.pool.query(sql)).rows).map(({ name }) => name);
}

/** Keeps all rows. Returns what puts them back; no engine may run then. */
export async function keepDatabase(world: World): Promise<() => Promise<void>> {
  const { pool } = world.db;
  const tables = (
    await names(world, "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()")
  ).filter((table) => !left.includes(table));
  const sequences = await names(
    world,
    "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL",
  );
  await pool.query("CREATE SCHEMA kept");
  for (const table of tables) await pool.query(`CREATE TABLE kept."${table}" AS TABLE "${table}"`);
  const values = new Map<string, string>();
  for (const sequence of sequences) {
    const [value = ""] = await names(world, `SELECT last_value::text AS name FROM "${sequence}"`);
    values.set(sequence, value);
  }
  return async () => {
    const client = await pool.connect();
    try {
      // Without triggers: the ledger refuses to forget.
      await client.query("SET session_replication_role = replica");
      await client.query(`TRUNCATE ${tables.map((table) => `"${table}"`).join(", ")}`);
      for (const table of tables) await client.query(`INSERT INTO "${table}" SELECT * FROM kept."${table}"`);
      for (const [sequence, value] of values)
        await client.query(`SELECT setval('"${sequence}"', ${value}::bigint)`);
      await client.query("DELETE FROM graphile_worker._private_jobs");
    } finally {
      await client.query("SET session_replication_role = origin");
      client.release();
    }
    await pool.query("DROP SCHEMA kept CASCADE");
  };
}
