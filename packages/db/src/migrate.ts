import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { KluisError } from "@kluis/domain";
import { Logger, runMigrations } from "graphile-worker";
import pg from "pg";
import { z } from "zod";
import { checkSessions } from "./client.ts";
import { mapDatabaseError } from "./errors.ts";
import { locks } from "./locks.ts";

/** `prisma/` of the project: schema.prisma and migrations/. */
export const prismaFolder = path.resolve(import.meta.dirname, "../../../prisma");

export interface Migration {
  /** Folder name: `<yyyymmddhhmmss>_<name>`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in hex, as Prisma stores it. */
  readonly checksum: string;
}

/** Returns the migrations in Prisma's layout, in their order. */
export async function readMigrations(folder = path.join(prismaFolder, "migrations")): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Prisma's own table, as `prisma migrate deploy` creates it. */
const migrationsTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

const appliedRow = z.object({
  migration_name: z.string(),
  checksum: z.string(),
  finished_at: z.date().nullable(),
});

/**
 * Applies pending migrations, then those of graphile-worker. A second process waits for the first and finds nothing to do. Each
 * migration and its row in `_prisma_migrations` are one transaction, so a killed process leaves no half migration. Prisma's own
 * command uses the same table and layout, but not one transaction.
 *
 * @returns the names of the migrations that were applied
 * @throws KluisError DATABASE_UNREACHABLE; CONFLICT when the database does not fit this version's migrations
 */
export async function migrate(url: string, signal?: AbortSignal): Promise<string[]> {
  const migrations = await readMigrations();
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await checkSessions(url);
    await client.connect();
    await client.query("SELECT pg_advisory_lock($1::bigint)", [String(locks.migrate)]);
    const applied = await applyPending(client, migrations, signal);
    signal?.throwIfAborted();
    await runMigrations({ connectionString: url, logger: new Logger(() => () => undefined) });
    return applied;
  } catch (error) {
    throw mapDatabaseError(error);
  } finally {
    await client.end();
  }
}

async function applyPending(
  client: pg.Client,
  migrations: readonly Migration[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  await client.query(migrationsTable);
  const result = await client.query(
    'SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL',
  );
  const rows = z.array(appliedRow).parse(result.rows);
  const pending = pendingMigrations(migrations, rows);
  for (const migration of pending) {
    signal?.throwIfAborted();
    await applyOne(client, migration);
  }
  return pending.map((migration) => migration.name);
}

/** Returns the pending migrations. @throws KluisError CONFLICT when the database has other migrations than this version */
function pendingMigrations(
  migrations: readonly Migration[],
  rows: readonly z.infer<typeof appliedRow>[],
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = known.get(row.migration_name);
    const problem =
      migration === undefined
        ? "was written by a newer version of Kluis"
        : row.finished_at === null
          ? "has a migration that did not finish"
          : migration.checksum === row.checksum
            ? null
            : "has a migration that was edited after it was applied";
    if (problem === null) continue;
    throw new KluisError("CONFLICT", {
      reason: "other-migrations",
      message: `The database ${problem} (${row.migration_name}).`,
      action: "Start the version of Kluis that wrote it, or restore the database from a backup.",
      params: { migration: row.migration_name },
    });
  }
  const done = new Set(rows.map((row) => row.migration_name));
  return migrations.filter((migration) => !done.has(migration.name));
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
