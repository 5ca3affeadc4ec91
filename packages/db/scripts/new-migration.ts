/**
 * Writes a new migration folder from the difference between the newest migration's schema and schema.prisma.
 * Usage: DATABASE_URL=… node packages/db/scripts/new-migration.ts NAME (any database; nothing in it is read or changed)
 *
 * Each folder keeps the schema it leads to beside its SQL, because comparing two schema files is what Prisma's engine can do
 * without reading a database. Review the SQL and add by hand what the schema language cannot say.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "@kluis/domain";
import { parseDatabaseEnv } from "../src/env.ts";
import { prismaFolder } from "../src/migrate.ts";
import { diffSchemas } from "./schema-engine.ts";

const name = process.argv[2] ?? "";
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write("Give the migration a name of lower-case letters, digits and _.\n");
  process.exit(2);
}
const { url } = parseDatabaseEnv(process.env);
const folder = path.join(prismaFolder, "migrations");
const entries = await readdir(folder, { withFileTypes: true });
const newest = entries
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .toSorted()
  .at(-1);
const before =
  newest === undefined ? null : await readFile(path.join(folder, newest, "schema.prisma"), "utf8");
const after = await readFile(path.join(prismaFolder, "schema.prisma"), "utf8");
const sql = await diffSchemas(url, before, after);
if (sql === "") {
  process.stdout.write("schema.prisma has not changed since the newest migration.\n");
} else {
  const stamp = systemClock.now().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const target = path.join(folder, `${stamp}_${name}`);
  await mkdir(target);
  await writeFile(path.join(target, "migration.sql"), sql);
  await writeFile(path.join(target, "schema.prisma"), after);
  process.stdout.write(`Wrote ${path.relative(process.cwd(), target)}; review it.\n`);
}
