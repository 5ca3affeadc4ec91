/**
 * Writes a new migration folder: the difference between the schema of the newest migration and schema.prisma.
 * Usage: `npm run migration -- NAME`, or `node packages/db/scripts/new-migration.ts NAME`.
 *
 * Each folder keeps the schema it leads to beside its SQL, because comparing two schema files is what Prisma's engine can do
 * without reading a database. It still needs a connection: DATABASE_URL, or an embedded server when that is not set.
 */
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "@kluis/domain";
import { prismaFolder } from "../src/migrate.ts";
import { diffSchemas } from "./schema-engine.ts";

const migrations = path.join(prismaFolder, "migrations");

/** Returns the schema that the newest migration leads to; null when there are no migrations. */
export async function newestSchema(): Promise<string | null> {
  const entries = await readdir(migrations, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const newest = names.toSorted().at(-1);
  return newest === undefined ? null : readFile(path.join(migrations, newest, "schema.prisma"), "utf8");
}

/**
 * Writes the migration below prisma/migrations.
 *
 * @param url any PostgreSQL database; its content is neither read nor changed
 * @returns the new files; empty when schema.prisma equals the schema of the newest migration
 */
export async function writeMigration(url: string, name: string): Promise<string[]> {
  const before = await newestSchema();
  const after = await readFile(path.join(prismaFolder, "schema.prisma"), "utf8");
  const sql = await diffSchemas(url, before, after);
  if (sql === "") return [];
  const stamp = systemClock.now().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const target = path.join(migrations, `${stamp}_${name}`);
  await mkdir(target);
  const files = [path.join(target, "migration.sql"), path.join(target, "schema.prisma")] as const;
  await writeFile(files[0], sql);
  await writeFile(files[1], after);
  return [...files];
}

if (import.meta.main) {
  // The script of the root brings a server; this package may not import the local parts.
  const script = path.join(import.meta.dirname, "..", "..", "..", "scripts", "migration.ts");
  const child = spawnSync(process.execPath, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = child.status ?? 1;
}
