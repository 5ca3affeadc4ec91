import {
  generateLedgerKeyPem,
  loadLedgerKey,
  type PointReportRow,
  type PointReportScope,
  readHead,
  recordAnchor,
  signHead,
  sumReportPoints,
  walkReportPoints,
} from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { engineActor, everyVm, type VmVisibility } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Estate, makeEstate, makePoint, makeVm, TestClock } from "../test/fixtures.ts";
import { renderPointsCsv } from "./points-csv.ts";
import { renderPointsJson } from "./points-json.ts";
import { PointTotals } from "./points-totals.ts";

const clock = new TestClock();
let database: TestDatabase;
let estate: Estate;
let ids: string[];

const day = (number: number): Date => new Date(Date.UTC(2026, 3, number));
const scope = (more: Partial<PointReportScope> = {}): PointReportScope => ({
  visibility: everyVm,
  from: null,
  to: null,
  asOf: clock.now(),
  ...more,
});
const commerce: VmVisibility = {
  all: false,
  teamIds: [],
  reach: [{ kind: "resource-group", subscriptionId: "sub-1", resourceGroup: "commerce-rg" }],
};

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  estate = await makeEstate(db, clock);
  const shop = await makeVm(db, clock, { name: "sql-01", resourceGroup: "commerce-rg" });
  const core = await makeVm(db, clock, { name: "core-01", resourceGroup: "platform-rg" });
  const wish = { estate, vmName: "sql-01", vmId: shop };
  ids = [
    await makePoint(db, clock, { ...wish, takenAt: day(1) }),
    await makePoint(db, clock, {
      ...wish,
      takenAt: day(2),
      reached: "file",
      deadlineMet: false,
      movedBytes: 2 ** 40,
    }),
    await makePoint(db, clock, { estate, vmName: "core-01", vmId: core, takenAt: day(3), reached: "crash" }),
  ];
  await db.prisma.recoveryPoint.update({
    where: { id: ids[0] ?? "" },
    data: {
      state: "deleted",
      deletedAt: clock.now(),
      deletedBy: { kind: "engine", name: "E" },
      deleteReason: "retention",
      deleteCause: { kind: "aged", policy: "nightly", version: 1 },
    },
  });
  await db.prisma.recoveryPoint.update({
    where: { id: ids[1] ?? "" },
    data: { lastVerifiedAt: clock.now(), lastVerifyMode: "full", lastVerifyOk: true },
  });
  const head = signHead(loadLedgerKey(generateLedgerKeyPem()), await readHead(db.prisma), clock);
  await recordAnchor(db.prisma, { ...head, vaultName: null }, clock);
});
afterAll(() => database.drop());

async function rowsOf(which: PointReportScope): Promise<PointReportRow[]> {
  const rows: PointReportRow[] = [];
  for await (const row of walkReportPoints(database.db, which)) rows.push(row);
  return rows;
}

async function text(pieces: AsyncIterable<string>): Promise<string> {
  let whole = "";
  for await (const piece of pieces) whole += piece;
  return whole;
}

test("every point has a row with all recorded facts, also after its deletion", async () => {
  const rows = await rowsOf(scope());
  expect(rows.map((row) => row.identity.pointId)).toEqual(ids);
  expect(rows[0]).toMatchObject({
    identity: {
      vmName: "sql-01",
      vmResourceId: "/vm/sql-01",
      teams: ["Commerce"],
      excludedDisks: [{ key: "3", name: "scratch", reason: "ephemeral" }],
    },
    policy: { name: "nightly", version: 1, occurrenceDueAt: "2026-04-01T00:00:00.000Z" },
    capture: { consistencyReached: "application", actor: engineActor },
    transfer: { logicalBytes: 4 * 2 ** 40, movedBytes: 7, gapSeconds: 86_400, deadlineMet: true },
    lifecycle: {
      state: "deleted",
      deleteReason: "retention",
      deletedBy: { kind: "engine", name: "E" },
      deleteCause: { kind: "aged", policy: "nightly", version: 1 },
    },
    disks: [{ key: "os", name: "sql-01-os", diskBytes: 4 * 2 ** 40 }],
  });
  expect(rows[0]?.capture.snapshotIds).toHaveLength(1);
});

test("a row contains the ledger event that recorded the point", async () => {
  const [first] = await rowsOf(scope());
  const stored = await database.db.prisma.ledgerEvent.findFirstOrThrow({
    where: { seq: first?.ledger?.seq ?? 0 },
  });
  expect(first?.ledger).toEqual({
    seq: Number(stored.seq),
    at: stored.at.toISOString(),
    prevDigest: stored.prevDigest,
    digest: stored.digest,
  });
  expect(stored.target).toMatchObject({ id: ids[0] });
});

test.each([
  { name: "another team's points are left out", which: { visibility: commerce }, expected: [0, 1] },
  {
    name: "a scope without any VM is empty",
    which: { visibility: { all: false, reach: [], teamIds: [] } as const },
    expected: [],
  },
  { name: "the start of the period is included", which: { from: day(2) }, expected: [1, 2] },
  { name: "the end of the period is excluded", which: { to: day(2) }, expected: [0] },
  { name: "points created after asOf are left out", which: { asOf: new Date(0) }, expected: [] },
])("$name; the totals are the sums over the rows", async ({ which, expected }) => {
  const rows = await rowsOf(scope(which));
  expect(rows.map((row) => ids.indexOf(row.identity.pointId))).toEqual(expected);
  const totals = new PointTotals();
  for (const row of rows) totals.add(row);
  expect(await sumReportPoints(database.db.prisma, scope(which))).toEqual(totals.totals);
});

test("the totals count the points of the estate", async () => {
  expect(await sumReportPoints(database.db.prisma, scope())).toEqual({
    points: 3,
    vms: 2,
    application: 1,
    file: 1,
    crash: 1,
    softDeleted: 0,
    deleted: 1,
    pinned: 0,
    verified: 1,
    damaged: 0,
    deadlinesMissed: 1,
    logicalBytes: 12 * 2 ** 40,
    movedBytes: 14 + 2 ** 40,
    storedBytes: 18,
  });
});

test("CSV: one line per point, with quotes escaped", async () => {
  const csv = await text(renderPointsCsv(database.db, scope()));
  const lines = csv.split("\r\n");
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toBe("");
  const header = lines[0]?.split(",") ?? [];
  expect(new Set(header).size).toBe(header.length);
  expect(header).toContain("manifest_digest");
  expect(csv).toContain('"A VSS writer failed, ""quoted"""');
  const [first] = await rowsOf(scope());
  expect(lines[1]?.split(",")[0]).toBe(first?.identity.pointId);
});

test("CSV: a cell that starts like a formula is escaped", async () => {
  const { db } = database;
  const vmId = await makeVm(db, clock, { name: "=HYPERLINK(1)", resourceGroup: "evil-rg" });
  const id = await makePoint(db, clock, { estate, vmId, vmName: "=HYPERLINK(1)", takenAt: day(9) });
  const csv = await text(renderPointsCsv(db, scope({ from: day(9) })));
  const line = csv.split("\r\n").find((one) => one.startsWith(id)) ?? "";
  expect(line.split(",")[1]).toBe("'=HYPERLINK(1)");
});

test.each(["\n", "\r", "\r\n"])(
  "CSV: a reason with the line break %j starts no row and no formula",
  async (end) => {
    const { db } = database;
    const vmId = await makeVm(db, clock, { name: `a${end}=cmd|x`, resourceGroup: `rg-${end.length}` });
    const vmName = `expired${end}=cmd|' /C calc'!A0`;
    const id = await makePoint(db, clock, { estate, vmId, vmName, takenAt: day(9) });
    const csv = await text(renderPointsCsv(db, scope({ from: day(9) })));
    expect(csv.startsWith("\ufeff")).toBe(true);
    expect(csv).toContain(`${id},"expired${end}'=cmd|' /C calc'!A0"`);
  },
);

const jsonReport = z.strictObject({
  format: z.literal("kluis-recovery-points"),
  version: z.literal(1),
  generatedAt: z.iso.datetime(),
  generatedBy: z.unknown(),
  dataAsOf: z.iso.datetime(),
  scope: z.string(),
  period: z.strictObject({ from: z.string().nullable(), to: z.string().nullable() }),
  rows: z.array(z.unknown()),
  totals: z.looseObject({ points: z.number(), movedBytes: z.number() }),
  ledger: z.looseObject({
    ok: z.boolean(),
    events: z.number(),
    head: z.unknown(),
    newestAnchor: z.unknown(),
  }),
});

test("JSON: rows, the totals over these rows, and the verdict on the ledger", async () => {
  const options = { generatedAt: clock.now(), generatedBy: engineActor, scopeName: "all virtual machines" };
  const which = scope({ to: day(5) });
  const report = jsonReport.parse(JSON.parse(await text(renderPointsJson(database.db, which, options))));
  expect(report.rows).toEqual(await rowsOf(which));
  expect(report.totals).toEqual(await sumReportPoints(database.db.prisma, which));
  expect(report.ledger).toMatchObject({ ok: true, problem: null, anchors: 1, newestAnchor: { seq: 3 } });
  const empty = await text(renderPointsJson(database.db, scope({ asOf: new Date(0) }), options));
  expect(jsonReport.parse(JSON.parse(empty))).toMatchObject({ rows: [], totals: { points: 0 } });
});

test("a report of many points is rendered in pieces", async () => {
  const other = await createTestDatabase();
  try {
    const here = await makeEstate(other.db, clock);
    const vmId = await makeVm(other.db, clock, { name: "many", resourceGroup: "commerce-rg" });
    const first = await makePoint(other.db, clock, { estate: here, vmId, vmName: "many", takenAt: day(1) });
    // 1,200 copies of one point, three at each instant, so that pages end between equal times.
    await other.db.prisma.$executeRaw`
      INSERT INTO "RecoveryPoint" SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'jobId',
        gen_random_uuid(), 'takenAt', p."takenAt" + (n / 3) * interval '1 minute'))).*
      FROM "RecoveryPoint" p, generate_series(1, 1200) n WHERE p.id = ${first}::uuid`;
    const seen = new Set<string>();
    let pieces = 0;
    for await (const row of walkReportPoints(other.db, scope())) seen.add(row.identity.pointId);
    for await (const piece of renderPointsCsv(other.db, scope())) pieces += Number(piece.length > 0);
    expect(seen.size).toBe(1_201);
    expect(pieces).toBe(8);
    // The sum exceeds 2^53, so it is rounded; both ways of adding still agree.
    const totals = new PointTotals();
    await other.db.prisma.recoveryPoint.updateMany({ data: { logicalBytes: 2n ** 53n - 1n } });
    for await (const row of walkReportPoints(other.db, scope())) totals.add(row);
    expect(totals.totals.logicalBytes).toBe(Number(1_201n * (2n ** 53n - 1n)));
    expect(await sumReportPoints(other.db.prisma, scope())).toEqual(totals.totals);
  } finally {
    await other.drop();
  }
});

test("an aborted report stops", async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(text(renderPointsCsv(database.db, scope(), stop.signal))).rejects.toThrow("aborted");
});
