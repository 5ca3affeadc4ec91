import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enqueue } from "./queue/enqueue.ts";
import { advanceDatabaseClock, createTestDatabase, type TestDatabase } from "./testing.ts";
import { inTransaction } from "./tx.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const dayMs = 86_400_000;
const root = join(import.meta.dirname, "..", "..", "..");

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  const result = await database.db.pool.query<Record<string, unknown>>(sql);
  return result.rows;
}

test("in production the time function is now(), the start of the transaction", async () => {
  expect(await rows("SELECT kluis_now() = now() AS same, kluis_now() = CURRENT_TIMESTAMP AS start")).toEqual([
    { same: true, start: true },
  ]);
});

test("no default, function or trigger of the database takes the time elsewhere", async () => {
  const other = "(now\\(\\)|current_timestamp|clock_timestamp|statement_timestamp|localtimestamp|'now')";
  const defaults = await rows(
    `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
     AND table_name <> '_prisma_migrations' AND column_default ~* '(^|[^_])${other.replaceAll("'", "''")}'`,
  );
  expect(defaults).toEqual([]);
  const functions = await rows(
    `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     AND prosrc ~* '(^|[^_])${other.replaceAll("'", "''")}'`,
  );
  expect(functions).toEqual([{ proname: "kluis_now" }]);
});

/** Files that may: Prisma's own table of migrations, the queue's own clock, and the function of the tests. */
const allowed = new Set([
  "packages/db/src/migrate.ts",
  "packages/db/src/queue/aging.ts",
  "packages/db/src/queue/enqueue.ts",
  "packages/db/src/test-clock.ts",
]);

test("no query takes the time elsewhere", async () => {
  const found: string[] = [];
  for (const folder of ["packages/db", "packages/engine", "packages/api", "packages/reports"]) {
    for (const entry of await readdir(join(root, folder), { recursive: true })) {
      const file = `${folder}/${entry}`;
      if (
        !/\/src\/.*\.tsx?$/.test(file) ||
        /node_modules|generated|\.test\.ts$/.test(file) ||
        allowed.has(file)
      )
        continue;
      const text = await readFile(join(root, file), "utf8");
      if (
        /(?<![.\w])now\(\)(?!\s*(?::|\{|=>))|CURRENT_TIMESTAMP|clock_timestamp|statement_timestamp/i.test(
          text,
        )
      )
        found.push(file);
    }
  }
  expect(found).toEqual([]);
});

test("only tests and benches import the entry that moves the time", async () => {
  const found: string[] = [];
  for (const folder of ["packages", "apps", "scripts"]) {
    for (const entry of await readdir(join(root, folder), { recursive: true })) {
      if (!/\.tsx?$/.test(entry) || /node_modules|generated|test|(^|\/)bench/.test(entry)) continue;
      if ((await readFile(join(root, folder, entry), "utf8")).includes("@kluis/db/testing"))
        found.push(entry);
    }
  }
  expect(found).toEqual([]);
});

test("a test moves defaults and the queue of one database, and no other", async () => {
  await using other = await createTestDatabase();
  const runAt = new Date(Date.now() + 2 * dayMs);
  await inTransaction(database.db, (tx) => enqueue(tx, "discover", {}, { runAt, jobKey: "before" }));
  const due = "SELECT key, run_at <= now() AS due FROM graphile_worker.jobs ORDER BY key";
  expect(await rows(due)).toEqual([{ key: "before", due: false }]);
  await advanceDatabaseClock(database.db.pool, dayMs);
  await inTransaction(database.db, (tx) => enqueue(tx, "discover", {}, { runAt, jobKey: "between" }));
  const kept = "SELECT max(run_at) - min(run_at) < interval '1 s' AS together FROM graphile_worker.jobs";
  expect(await rows(kept)).toEqual([{ together: true }]);
  await advanceDatabaseClock(database.db.pool, dayMs);
  expect(await rows(due)).toEqual([
    { key: "before", due: true },
    { key: "between", due: true },
  ]);
  await database.db.prisma.installation.create({ data: { installationId: "moved" } });
  const ahead = await rows(`SELECT "createdAt" - now() > interval '47 h' AS ahead FROM "Installation"`);
  expect(ahead).toEqual([{ ahead: true }]);
  const { rows: untouched } = await other.db.pool.query("SELECT kluis_now() = now() AS same");
  expect(untouched).toEqual([{ same: true }]);
});
