/** A fleet of 20,000 VMs: what the engine repeats reads only what is due, by an index. */
import {
  addPolicyVersion,
  appendEvents,
  databaseNow,
  inTransaction,
  listOpenJobs,
  openDatabase,
} from "@kluis/db";
import { seedFleet } from "@kluis/db/seed-fleet";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { engineActor, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLog } from "../src/log.ts";
import { tick } from "../src/schedule/tick.ts";
import { expireHistory } from "../src/upkeep/history.ts";
import { applyRetention } from "../src/upkeep/retention.ts";
import { standardPolicy } from "./world.ts";

const VMS = 20_000;
/** Tables that a query may read whole have fewer rows. */
const LARGE = 15_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedFleet(database.db, { vms: VMS, policies: 200, points: 2 * VMS, jobsPerVm: 1 });
}, 120_000);
afterAll(() => database.drop());

const log = openLog({ format: "text", level: "error" });
const alive = new AbortController().signal;

/** Runs work on separate connections, and returns the large tables that it read whole, as PostgreSQL counted. */
async function scannedBy(work: (db: TestDatabase["db"]) => Promise<void>): Promise<string[]> {
  await database.db.pool.query("SELECT pg_stat_reset()");
  const db = await openDatabase({ url: database.url, poolSize: 2 });
  // A connection reports its counts when it closes.
  try {
    await work(db);
  } finally {
    await db.close();
  }
  const { rows } = await database.db.pool.query<{ relname: string }>(
    `SELECT s.relname FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE s.seq_scan > 0 AND c.reltuples >= $1 ORDER BY 1`,
    [LARGE],
  );
  return rows.map(({ relname }) => relname);
}

const depsOf = (db: TestDatabase["db"]) => ({ db, clock: systemClock, log, historyDays: 180 });

it("the check sees a scan", async () => {
  const scan = scannedBy(
    async ({ pool }) => void (await pool.query('SELECT max(tags::text) FROM "VirtualMachine"')),
  );
  expect(await scan).toEqual(["VirtualMachine"]);
});

it("a tick starts what is due, writes nothing else, and scans no large table", async () => {
  const { rows } = await database.db.pool.query<{ id: string }>(
    `UPDATE "Protection" SET "scheduledThrough" = "nextDueAt" - interval '1 day', "nextDueAt" = kluis_now() - interval '1 minute'
    WHERE id IN (SELECT id FROM "Protection" ORDER BY id LIMIT 5) RETURNING id`,
  );
  await database.db.pool.query('ANALYZE "Protection"');
  const versions = () =>
    database.db.pool.query<{ id: string }>('SELECT id, xmin::text FROM "Protection" ORDER BY id');
  const before = await versions();
  const scanned = await scannedBy(async (db) => {
    await tick(depsOf(db), await databaseNow(db.prisma));
    await listOpenJobs(db.prisma);
  });
  expect(scanned).toEqual([]);
  const after = await versions();
  const changed = after.rows.filter((row, n) => JSON.stringify(row) !== JSON.stringify(before.rows[n]));
  expect(changed.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted());
});

it("retention judges the VMs of a changed policy, writes only what changed, and scans no large table", async () => {
  const policy = await database.db.prisma.policy.findFirstOrThrow({ orderBy: { name: "asc" } });
  // The second point of each of the 100 VMs has no tier any more; the tiers of the newest one change too.
  const document = { ...standardPolicy, retention: { keepLast: 1 } };
  await inTransaction(database.db, (tx) =>
    addPolicyVersion(tx, { id: policy.id, expectedVersion: 1, document, actor: engineActor }, systemClock),
  );
  let pruned = 0;
  const retention = async (db: TestDatabase["db"]) => {
    pruned = (await applyRetention(depsOf(db), alive)).pruned;
  };
  expect(await scannedBy(retention)).toEqual([]);
  expect(pruned).toBe(VMS / 200);
  const changed = { where: { tiers: { hasSome: ["last"] } } };
  expect(await database.db.prisma.recoveryPoint.count(changed)).toBe(VMS / 200);
  const versions = () => database.db.pool.query('SELECT max(xmin::text::bigint) FROM "RecoveryPoint"');
  const before = await versions();
  await inTransaction(database.db, async (tx) => {
    await tx.protection.updateMany({ where: { policyId: policy.id }, data: { retentionDueAt: new Date(0) } });
  });
  await retention(database.db);
  expect(pruned).toBe(0);
  expect((await versions()).rows).toEqual(before.rows);
});

it("history expires, but not the newest backup of a VM, nor what the ledger does not have", async () => {
  const { prisma, pool } = database.db;
  const [kept, old, unrecorded] = await prisma.job.findMany({
    where: { state: "succeeded", createdAt: { gt: new Date("2001-01-01") } },
    orderBy: { id: "asc" },
    take: 3,
  });
  if (kept === undefined || old === undefined || unrecorded === undefined) throw new Error("No jobs.");
  const now = await databaseNow(prisma);
  const longAgo = new Date(now.getTime() - 200 * 24 * 3_600_000);
  // Each has an older backup of its VM; the ledger has the end of two of them.
  for (const job of [old, unrecorded]) {
    await pool.query(
      `INSERT INTO "Job" (id, kind, state, "vmId", trigger, actor, "createdAt", "endedAt")
      VALUES (gen_random_uuid(), 'backup', 'succeeded', $1, 'schedule', '{}', $2, $2)`,
      [job.vmId, longAgo],
    );
  }
  await prisma.job.update({ where: { id: kept.id }, data: { createdAt: longAgo, endedAt: longAgo } });
  const before = await prisma.job.findMany({ where: { endedAt: longAgo } });
  const clock = { now: () => longAgo };
  for (const { id, vmId } of before) {
    if (vmId === null || vmId === unrecorded.vmId) continue;
    const target = { type: "job", id, name: "backup" } as const;
    const event = { kind: "job.succeeded", actor: engineActor, target, vmId, data: { jobId: id } } as const;
    await inTransaction(database.db, (tx) => appendEvents(tx, clock, [event]));
  }
  const segments = await prisma.jobSegment.count();
  expect(await scannedBy(async (db) => void (await expireHistory(depsOf(db), alive)))).toEqual([]);
  const left = await prisma.job.findMany({ where: { endedAt: longAgo }, select: { vmId: true } });
  expect(new Set(left.map(({ vmId }) => vmId))).toEqual(new Set([kept.vmId, unrecorded.vmId]));
  expect(await prisma.jobSegment.count()).toBeLessThan(segments);
  expect(await prisma.recoveryPoint.count()).toBe(2 * VMS);
}, 60_000);
