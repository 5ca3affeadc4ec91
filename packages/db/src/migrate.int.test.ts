import { readFile } from "node:fs/promises";
import path from "node:path";
import { inspect } from "node:util";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { newestSchema } from "../scripts/new-migration.ts";
import { diffSchemas, openSchemaEngine } from "../scripts/schema-engine.ts";
import { migrate, prismaFolder, readMigrations } from "./migrate.ts";
import { createEmptyDatabase, type EmptyDatabase } from "./testing.ts";

const opened: EmptyDatabase[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.drop();
});

async function emptyDatabase(): Promise<string> {
  const database = await createEmptyDatabase();
  opened.push(database);
  return database.url;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** Columns, indexes and foreign keys of the public schema. */
async function shape(
  url: string,
): Promise<Record<"columns" | "indexes" | "foreignKeys", Record<string, unknown>[]>> {
  const columns = await query(
    url,
    `SELECT table_name, column_name, udt_name, is_nullable, column_default, datetime_precision
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
     ORDER BY table_name, column_name`,
  );
  const indexes = await query(
    url,
    `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1`,
  );
  const foreignKeys = await query(
    url,
    `SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE contype = 'f'
     AND connamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return { columns, indexes, foreignKeys };
}

/** The statement of the migrations that makes the time function. */
async function timeFunction(): Promise<string> {
  const migrations = await readMigrations();
  const made = migrations.flatMap(({ sql }) => /^CREATE FUNCTION "kluis_now".*$/m.exec(sql) ?? []);
  expect(made).toHaveLength(1);
  return made[0] ?? "";
}

test("two processes migrate at the same time; each migration is applied once", async () => {
  const url = await emptyDatabase();
  const [first, second] = await Promise.all([migrate(url), migrate(url)]);
  const names = (await readMigrations()).map((migration) => migration.name);
  expect([...first, ...second]).toEqual(names);
  expect(await migrate(url)).toEqual([]);
  const rows = await query(
    url,
    'SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL',
  );
  expect(rows.map((row) => row["migration_name"])).toEqual(names);
  const [queue] = await query(
    url,
    "SELECT to_regclass('graphile_worker._private_jobs') IS NOT NULL AS found",
  );
  expect(queue).toEqual({ found: true });
});

test("Prisma's own engine finds nothing to apply", async () => {
  const url = await emptyDatabase();
  await migrate(url);
  const schema = await readFile(path.join(prismaFolder, "schema.prisma"), "utf8");
  const engine = await openSchemaEngine(url, schema);
  const migrations = await readMigrations();
  const result = await engine.applyMigrations({
    migrationsList: {
      baseDir: path.join(prismaFolder, "migrations"),
      lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"' },
      shadowDbInitScript: "",
      migrationDirectories: migrations.map(({ name, sql }) => ({
        path: name,
        migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
      })),
    },
    filters: { externalEnums: [], externalTables: [] },
  });
  expect(result.appliedMigrationNames).toEqual([]);
});

test("schema.prisma is the sum of the migrations", async () => {
  const migrated = await emptyDatabase();
  await migrate(migrated);
  const wanted = await emptyDatabase();
  const schema = await readFile(path.join(prismaFolder, "schema.prisma"), "utf8");
  // Defaults call it, and the schema language cannot express it.
  await query(wanted, await timeFunction());
  await query(wanted, await diffSchemas(wanted, null, schema));
  const byHand = new Set(
    (await readMigrations()).flatMap(({ sql }) => {
      const [, hand = ""] = sql.split("-- Written by hand from here on");
      return [...hand.matchAll(/CREATE (?:UNIQUE )?INDEX "(\w+)"/g)].map((match) => match[1] ?? "");
    }),
  );
  expect(byHand.size).toBeGreaterThan(5);
  const found = await shape(migrated);
  expect({
    ...found,
    indexes: found.indexes.filter((index) => !byHand.has(String(index["indexname"]))),
  }).toEqual(await shape(wanted));
});

test("the newest migration keeps its schema for the next difference", async () => {
  const wanted = await readFile(path.join(prismaFolder, "schema.prisma"), "utf8");
  expect(await diffSchemas(await emptyDatabase(), await newestSchema(), wanted)).toBe("");
});

test("a database of a newer version or with an edited migration is refused", async () => {
  const url = await emptyDatabase();
  await migrate(url);
  await query(url, `UPDATE "_prisma_migrations" SET checksum = repeat('0', 64)`);
  await expect(migrate(url)).rejects.toThrow(/edited/);
  await query(url, `UPDATE "_prisma_migrations" SET migration_name = '29990101000000_future'`);
  await expect(migrate(url)).rejects.toThrow(/newer/);
});

test("a failed migration leaves nothing behind", async () => {
  const url = await emptyDatabase();
  await query(url, 'CREATE TABLE "LedgerAnchor" (id int)');
  await expect(migrate(url)).rejects.toThrow("already exists");
  const tables = await query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  expect(tables.map((row) => row["tablename"])).toEqual(["LedgerAnchor", "_prisma_migrations"]);
  expect(await query(url, 'SELECT 1 FROM "_prisma_migrations"')).toEqual([]);
});

test("an unreachable server is reported without its password", async () => {
  const refused: unknown = await migrate("postgresql://kluis:secret@127.0.0.1:9/none").catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ code: "DATABASE_UNREACHABLE" });
  expect(inspect(refused, { depth: 10 })).not.toContain("secret");
});
