import { randomUUID } from "node:crypto";
import { Logger, runOnce } from "graphile-worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { listen, notify } from "../events/listen.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import { enqueue, queueDepth, unlockWorkers } from "./enqueue.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const logger = new Logger(() => () => undefined);
const depth = async (task: string): Promise<number> => (await queueDepth(database.db.prisma)).get(task) ?? 0;

test("a task exists only if its transaction commits", async () => {
  const jobId = randomUUID();
  const failing = inTransaction(database.db, async (tx) => {
    await enqueue(tx, "verify.run", { jobId });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await depth("verify.run")).toBe(0);
  await inTransaction(database.db, (tx) => enqueue(tx, "verify.run", { jobId }));
  expect(await depth("verify.run")).toBe(1);
});

test("keeps one waiting task per key; without a key each call adds one", async () => {
  const jobId = randomUUID();
  for (let index = 0; index < 3; index++) {
    await inTransaction(database.db, (tx) => enqueue(tx, "backup.advance", { jobId }));
  }
  expect(await depth("backup.advance")).toBe(1);
  await inTransaction(database.db, (tx) => enqueue(tx, "backup.advance", { jobId }, { jobKey: null }));
  expect(await depth("backup.advance")).toBe(2);
});

test("refuses a payload that does not fit the catalog", async () => {
  const wrong = inTransaction(database.db, (tx) => enqueue(tx, "backup.advance", { jobId: "not an id" }));
  await expect(wrong).rejects.toThrow(z.ZodError);
});

test("graphile-worker receives the payload, but not before its time", async () => {
  const jobId = randomUUID();
  const later = new Date(Date.now() + 3_600_000);
  await inTransaction(database.db, async (tx) => {
    await enqueue(tx, "point.delete", { jobId });
    await enqueue(tx, "ledger.anchor", {}, { runAt: later });
  });
  const seen: unknown[] = [];
  await runOnce({
    pgPool: database.db.pool,
    logger,
    taskList: {
      "point.delete": (payload) => void seen.push(payload),
      "ledger.anchor": () => void seen.push("anchor"),
    },
  });
  expect(seen).toEqual([{ jobId }]);
});

test("unlocks the tasks of a dead worker", async () => {
  const jobId = randomUUID();
  await inTransaction(database.db, (tx) => enqueue(tx, "restore.advance", { jobId }));
  await database.db.pool.query(
    "UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'worker-dead', attempts = 1 WHERE payload::text LIKE $1",
    [`%${jobId}%`],
  );
  const ran: unknown[] = [];
  const taskList = { "restore.advance": (payload: unknown) => void ran.push(payload) };
  await runOnce({ pgPool: database.db.pool, logger, taskList });
  expect(ran).toEqual([]);
  await inTransaction(database.db, (tx) => unlockWorkers(tx, ["worker-dead"]));
  await runOnce({ pgPool: database.db.pool, logger, taskList });
  expect(ran).toEqual([{ jobId }]);
});

test("a dead worker's last try runs again, and a task that was replaced while it ran is gone", async () => {
  const [last, replaced] = [randomUUID(), randomUUID()];
  const { prisma, pool } = database.db;
  for (const jobId of [last, replaced])
    await enqueue(prisma, "restore.advance", { jobId }, { maxAttempts: 1 });
  await pool.query(
    `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'worker-killed', attempts = 1
     WHERE payload->>'jobId' = ANY($1)`,
    [[last, replaced]],
  );
  await enqueue(prisma, "restore.advance", { jobId: replaced });
  await inTransaction(database.db, (tx) => unlockWorkers(tx, ["worker-killed"]));
  const ran: unknown[] = [];
  const taskList = { "restore.advance": (payload: unknown) => void ran.push(payload) };
  await runOnce({ pgPool: pool, logger, taskList });
  expect(ran).toHaveLength(2);
  expect(ran).toEqual(expect.arrayContaining([{ jobId: last }, { jobId: replaced }]));
  // The worker may end before its last task is deleted.
  await expect.poll(() => depth("restore.advance")).toBe(0);
});

test("notifications arrive after the commit, once per transaction, and a lost connection is reported", async () => {
  const stop = new AbortController();
  const notices = listen(database.db, "job", stop.signal);
  const next = async (): Promise<unknown> => (await notices.next()).value;
  expect(await next()).toEqual({ kind: "reconnected" });

  const [rolledBack, jobId] = [randomUUID(), randomUUID()];
  await expect(
    inTransaction(database.db, async (tx) => {
      await notify(tx, "job", { jobId: rolledBack });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  await inTransaction(database.db, async (tx) => {
    await notify(tx, "job", { jobId });
    await notify(tx, "job", { jobId });
  });
  expect(await next()).toEqual({ kind: "notice", payload: { jobId } });

  const waiting = next();
  await database.db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
  );
  expect(await waiting).toEqual({ kind: "reconnected" });

  const last = notices.next();
  stop.abort();
  expect(await last).toEqual({ value: undefined, done: true });
});
