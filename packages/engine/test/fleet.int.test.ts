/** A fleet of 5,000 VMs: what the engine repeats costs as much as is due, in statements and rows, and scans no large table. */
import {
  addPolicyVersion,
  countAttention,
  countFleet,
  databaseNow,
  ensureInstallation,
  findJobViews,
  findPointViews,
  firstProtectedAt,
  inTransaction,
  listAttention,
  listAuditViews,
  listFleet,
  listHistory,
  listJobViews,
  listOpenJobs,
  listPointViews,
  readStorage,
  readTransfers,
} from "@kluis/db";
import { largeTables, seedFleet, seedTransfers } from "@kluis/db/seed-fleet";
import {
  createTestDatabase,
  longReadsOf,
  openWatchedDatabase,
  rowsRead,
  type Statement,
  scansOf,
  type TestDatabase,
  type WatchedDatabase,
} from "@kluis/db/testing";
import { engineActor, jobSorts, listedMost, pointSorts, SLOTS_AHEAD, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { dispatchTransfers } from "../src/job/dispatch.ts";
import { openLog } from "../src/log.ts";
import { tick } from "../src/schedule/tick.ts";
import { forecastOpenTransfers } from "../src/upkeep/forecast.ts";
import { expireHistory } from "../src/upkeep/history.ts";
import { applyRetention } from "../src/upkeep/retention.ts";
import {
  anchorOne,
  collectOne,
  discoverOne,
  endKept,
  leaveInAzure,
  reconcileOne,
  sweepOne,
} from "./fleet-passes.ts";
import { standardPolicy } from "./world.ts";

const VMS = 5_000;
const POLICIES = 50;
/** Points that the first pass of retention soft-deletes: two of the three of each VM of one policy. */
const PRUNED = (2 * VMS) / POLICIES;
/** Tables that repeated work must not read whole, the inventory included. */
const LARGE = [...largeTables, "Protection", "VirtualMachine"];
/** The most rows of such a table that one statement of a pass reads, by whatever scan. */
const MOST_READ = 1_500;

let database: TestDatabase;
let watched: WatchedDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedFleet(database.db, { vms: VMS, policies: POLICIES, points: 3 * VMS, jobsPerVm: 1 });
  await ensureInstallation(database.db, systemClock);
  watched = await openWatchedDatabase(database.url);
}, 480_000);
beforeEach(() => watched.clear());
afterAll(async () => {
  await watched.db.close();
  await database.drop();
});

const log = openLog({ format: "text", level: "error" });
const alive = new AbortController().signal;
const deps = () => ({ db: watched.db, clock: systemClock, log, historyDays: 180 });

function count(verb: string): number {
  return watched.statements.filter((statement: Statement) => statement.verb === verb).length;
}

/** The rows of a table that were written since. */
async function writesTo(table: string): Promise<() => Promise<number>> {
  const { rows } = await database.db.pool.query<{ id: string }>("SELECT pg_current_xact_id()::text AS id");
  return async () => {
    const found = await database.db.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM "${table}" WHERE xmin::text::bigint > $1`,
      [String(BigInt(rows[0]?.id ?? 0) % 2n ** 32n)],
    );
    return found.rows[0]?.count ?? 0;
  };
}

/** Makes the next protections due, each with one planned time. The seed lets some begin tomorrow whose time is minutes away today. */
async function makeDue(vms: number): Promise<void> {
  await database.db.pool.query(
    `UPDATE "Protection" SET "scheduledThrough" = "nextDueAt" - interval '1 day' - interval '1 minute',
      "nextDueAt" = kluis_now() - interval '1 minute'
    WHERE id IN (SELECT id FROM "Protection" 
      WHERE "nextDueAt" > kluis_now() AND "nextDueAt" < kluis_now() + interval '1 day' ORDER BY id LIMIT $1)`,
    [vms],
  );
  await database.db.pool.query('ANALYZE "Protection"');
}

it("the check sees a scan", async () => {
  await watched.db.pool.query('SELECT max(tags::text) FROM "VirtualMachine"');
  expect(scansOf(watched.statements, LARGE)).toEqual([
    'VirtualMachine: SELECT max(tags::text) FROM "VirtualMachine"',
  ]);
});

it("a tick with nothing due writes its own state only", async () => {
  const written = await writesTo("Protection");
  expect(await tick(deps(), await databaseNow(watched.db.prisma))).toMatchObject({ started: 0, again: null });
  expect(await written()).toBe(0);
  expect(watched.statements.length).toBeLessThan(15);
  expect(rowsRead(watched.statements, "Protection")).toBe(0);
  expect(scansOf(watched.statements, LARGE)).toEqual([]);
});

it("a tick with 200 VMs due starts them in two pages, writes nothing else, and scans no large table", async () => {
  await makeDue(200);
  const written = await Promise.all(
    ["Protection", "VirtualMachine", "Job", "Occurrence", "LedgerEvent"].map(writesTo),
  );
  expect(await tick(deps(), await databaseNow(watched.db.prisma))).toMatchObject({
    started: 200,
    again: null,
  });
  // A planned backup has two events: the decision, and the job.
  expect(await Promise.all(written.map((one) => one()))).toEqual([200, 0, 200, 200, 400]);
  const { statements } = watched;
  expect(statements.length).toBeLessThan(80);
  expect(count("INSERT")).toBeLessThan(15);
  expect(count("UPDATE")).toBe(3);
  expect(rowsRead(statements, "Protection")).toBeLessThan(5 * 200);
  await listOpenJobs(watched.db.prisma);
  expect(scansOf(statements, LARGE)).toEqual([]);
  const queued = await database.db.pool.query(
    `SELECT count(*)::int AS count FROM graphile_worker.jobs j JOIN "Job" ON key = 'backup.advance:' || "Job".id`,
  );
  expect(queued.rows).toEqual([{ count: 200 }]);
});

it("retention judges the VMs of a changed policy by pages, writes only what changed, and scans no large table", async () => {
  const policy = await database.db.prisma.policy.findFirstOrThrow({ orderBy: { name: "asc" } });
  // Two of the three points of each VM have no tier any more; the tiers of the newest one change too.
  const document = { ...standardPolicy, retention: { keepLast: 1 } };
  await inTransaction(database.db, (tx) =>
    addPolicyVersion(tx, { id: policy.id, expectedVersion: 1, document, actor: engineActor }, systemClock),
  );
  const vms = VMS / POLICIES;
  const written = await Promise.all(["RecoveryPoint", "Protection", "Job"].map(writesTo));
  expect(await applyRetention(deps(), alive)).toMatchObject({ pruned: PRUNED, again: null });
  expect(await Promise.all(written.map((one) => one()))).toEqual([3 * vms, vms, 0]);
  expect(watched.statements.length).toBeLessThan(60);
  expect(rowsRead(watched.statements, "RecoveryPoint")).toBeLessThan(7 * vms);
  expect(scansOf(watched.statements, LARGE)).toEqual([]);
  const kept = await database.db.prisma.recoveryPoint.count({
    where: { tiers: { equals: ["latest", "last"] } },
  });
  expect(kept).toBe(vms);

  watched.clear();
  const again = await writesTo("RecoveryPoint");
  await database.db.prisma.protection.updateMany({
    where: { policyId: policy.id },
    data: { retentionDueAt: new Date(0) },
  });
  expect(await applyRetention(deps(), alive)).toMatchObject({ pruned: 0, again: null });
  expect(await again()).toBe(0);
  expect(scansOf(watched.statements, LARGE)).toEqual([]);
});

it("lists and look-ups read no large table whole, in no order and with no search", async () => {
  const { prisma } = watched.db;
  const now = await databaseNow(prisma);
  const visibility = { all: true } as const;
  const first = { direction: "desc", page: 1, pageSize: 50 } as const;
  const scope = { visibility, now, maxAges: [] };
  const vms = await listFleet(prisma, scope, { filter: {}, order: { ...first, sort: "name" } });
  expect(vms).toMatchObject({ total: VMS, hasMore: false });
  for (const sort of pointSorts) {
    const { rows, ...found } = await listPointViews(prisma, visibility, {
      filter: {},
      order: { ...first, sort },
    });
    expect([rows.length, found]).toEqual([50, { total: listedMost, hasMore: true }]);
  }
  for (const sort of jobSorts.filter((one) => one !== "vm"))
    await listJobViews(prisma, visibility, { filter: {}, order: { ...first, sort } });
  const search = "vm-00012";
  const named = { filter: { search }, order: { ...first, sort: "takenAt" } } as const;
  expect(await listPointViews(prisma, visibility, named)).toMatchObject({ total: 30, hasMore: false });
  const ofJobs = { filter: { search }, order: { ...first, sort: "createdAt" } } as const;
  expect((await listJobViews(prisma, visibility, ofJobs)).total).toBeGreaterThan(9);
  const audit = await listAuditViews(prisma, { visibility, teamIds: [] }, { filter: {}, limit: 50 });
  expect(audit).toMatchObject({ total: listedMost, hasMore: true });
  const point = await prisma.recoveryPoint.findFirstOrThrow();
  expect((await findPointViews(prisma, visibility, point.id.slice(0, 20))).length).toBeGreaterThan(0);
  await findJobViews(prisma, visibility, point.jobId.slice(0, 20));
  expect(await readStorage(prisma, visibility, now)).toMatchObject({
    points: 3 * VMS - PRUNED,
    storedBytes24h: 0,
  });
  // A count ends at the limit of the lists.
  expect(scansOf(watched.statements, largeTables, listedMost + 1)).toEqual([]);
});

it("the overview reads no large table whole", async () => {
  const { prisma } = watched.db;
  // The tick has just started 200 backups, and the planner does not know it: each statement must stay cheap without statistics.
  const now = await databaseNow(prisma);
  const visibility = { all: true } as const;
  const policies = await prisma.policy.findMany({ select: { id: true } });
  const scope = { visibility, now, maxAges: policies.map(({ id }) => ({ policyId: id, seconds: 93_600 })) };
  // The seed spreads the newest backups over a day.
  const lately = new Date(now.getTime() - 3 * 3_600_000);
  await countFleet(prisma, scope);
  const urgent = ["failing", "at-risk", "unprotected"] as const;
  await listFleet(prisma, scope, {
    filter: { status: urgent },
    order: { direction: "asc", page: 1, pageSize: 10, sort: "status" },
  });
  await listAttention(prisma, visibility, 20);
  await countAttention(prisma, visibility);
  await readTransfers(prisma, visibility, lately);
  await listHistory(prisma, visibility, { from: lately });
  await firstProtectedAt(prisma, visibility);
  expect(scansOf(watched.statements, largeTables)).toEqual([]);
  expect(longReadsOf(watched.statements, largeTables, 2 * VMS)).toEqual([]);
});

it("discovery, sweep, removals, collection and anchor scan no large table", async () => {
  await leaveInAzure(database.db);
  await discoverOne(watched.db);
  await anchorOne(watched.db);
  expect(await sweepOne(watched.db)).toBe(200);
  // A backup that the tick has started may use the newest one of its VM as a base.
  expect(await endKept(watched.db)).toBeGreaterThan(150);
  expect(await reconcileOne(watched.db)).toBe(4);
  expect(await collectOne(watched.db)).toEqual({ condemned: 100, held: 0 });
  expect(scansOf(watched.statements, LARGE)).toEqual([]);
  expect(longReadsOf(watched.statements, LARGE, MOST_READ)).toEqual([]);
});

it("a dispatch and a forecast read the open transfers and no large table whole", async () => {
  const open = 40;
  await seedTransfers(database.db, { vms: open, policies: POLICIES, slots: 8 });
  watched.clear();
  expect(await dispatchTransfers(deps())).toBe(8 * SLOTS_AHEAD);
  expect(scansOf(watched.statements, LARGE)).toEqual([]);
  expect(longReadsOf(watched.statements, LARGE, MOST_READ)).toEqual([]);
  watched.clear();
  await forecastOpenTransfers(deps(), alive);
  expect(
    await database.db.prisma.job.count({ where: { stage: "transfer", queuePosition: { not: null } } }),
  ).toBe(open);
  // A forecast joins all open transfers with their VMs: with many of them it reads the inventory once.
  expect(scansOf(watched.statements, largeTables)).toEqual([]);
  expect(longReadsOf(watched.statements, largeTables, MOST_READ)).toEqual([]);
  watched.clear();
  await collectOne(watched.db);
  expect(longReadsOf(watched.statements, LARGE, MOST_READ)).toEqual([]);
  await database.db.prisma.job.deleteMany({ where: { stage: "transfer" } });
});

it("the sums of a VM follow the states of its points", async () => {
  const { prisma } = database.db;
  const whole = await prisma.vmPoints.findFirstOrThrow({ where: { points: 3 } });
  const { id, vmId } = await prisma.recoveryPoint.findFirstOrThrow({ where: { vmId: whole.vmId } });
  const points = async () => (await prisma.vmPoints.findUniqueOrThrow({ where: { vmId } })).points;
  expect(await points()).toBe(3);
  for (const [state, expected] of [
    ["damaged", 3],
    ["deleting", 2],
    ["available", 3],
  ] as const) {
    await prisma.recoveryPoint.update({ where: { id }, data: { state } });
    expect(await points()).toBe(expected);
  }
});

it("history expires by pages, but not the newest backup of a VM, nor what the ledger does not have", async () => {
  const { prisma, pool } = database.db;
  const backup = (source: string, at: string): Promise<unknown> =>
    pool.query(`INSERT INTO "Job" (id, kind, state, "vmId", trigger, actor, "createdAt", "endedAt")
      SELECT gen_random_uuid(), 'backup', 'succeeded', id, 'manual', '{}', ${at}, ${at}
      FROM (SELECT id FROM "VirtualMachine" ORDER BY name LIMIT ${source}) vm`);
  // Of 1,000 VMs the seeded backup is not the newest any more. Ten others have an older one, which the ledger does not know.
  await backup("1000", "kluis_now() - interval '1 second'");
  await backup("10 OFFSET 2000", "kluis_now() - interval '100 days'");
  await pool.query("ANALYZE");
  const ended = { where: { endedAt: { not: null } } };
  const before = await prisma.job.count(ended);
  const now = { ...deps(), historyDays: 0 };
  while ((await expireHistory(now, alive)) !== null);
  expect(await prisma.job.count(ended)).toBe(before - 1_000);
  expect(await prisma.job.count({ where: { trigger: "manual" } })).toBe(1_010);
  expect(await prisma.jobSegment.count()).toBeLessThan(4 * VMS);
  expect(await prisma.recoveryPoint.count()).toBe(3 * VMS);
  // 6,200 jobs and 5,000 decisions: less than a statement for every ten rows.
  expect(watched.statements.length).toBeLessThan(1_000);
  expect(scansOf(watched.statements, LARGE)).toEqual([]);
}, 120_000);
