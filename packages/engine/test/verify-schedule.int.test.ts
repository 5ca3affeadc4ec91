/** The schedule of verifications: nights, budgets, order, and two schedulers at once. */
import { advanceDatabaseClock, createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { nightOf, systemClock, type VerifyParameters, verifyParametersSchema } from "@kluis/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLog } from "../src/log.ts";
import { scheduleVerifications } from "../src/schedule/verifications.ts";
import { addPoints, addVault, addVerifyPolicy } from "./verify-points.ts";

const GIB = 1024 ** 3;
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const deps = () => ({
  db: database.db,
  clock: systemClock,
  log: openLog({ format: "text", level: "error" }),
});
const schedule = () => scheduleVerifications(deps(), new AbortController().signal);

/** Point and parameters of all verifications, in the order in which they were started. */
async function started(): Promise<(VerifyParameters & { readonly pointId: string | null })[]> {
  const jobs = await database.db.prisma.job.findMany({ where: { kind: "verify" }, orderBy: { id: "asc" } });
  return jobs.map(({ pointId, parameters }) => ({ pointId, ...verifyParametersSchema.parse(parameters) }));
}

/** Ends all verifications as the engine does. */
async function endAll(): Promise<void> {
  const { prisma } = database.db;
  for (const { pointId, mode, segments = 0 } of await started()) {
    await prisma.recoveryPoint.updateMany({
      where: { id: pointId ?? "", lastVerifiedAt: null },
      data: { lastVerifiedAt: new Date(), lastVerifyMode: mode, readAt: new Date(), verifyNext: segments },
    });
  }
  await prisma.job.updateMany({
    where: { kind: "verify" },
    data: { state: "succeeded", stage: "done", endedAt: new Date() },
  });
}

describe("the schedule of verifications", () => {
  it("starts one for a point although two schedulers run at once, and again after a kill", async () => {
    const policyId = await addVerifyPolicy(database.db, "quick", { rule: { mode: "quick", everyDays: 7 } });
    const vaultId = await addVault(database.db, null);
    const points = await addPoints(database.db, { vm: "web", policyId, vaultId, points: 5, diskBytes: GIB });
    await Promise.all([schedule(), schedule(), schedule()]);
    await database.db.prisma.recurringWork.deleteMany();
    expect((await schedule()).started).toBe(0);
    const jobs = await started();
    expect(new Set(jobs.map(({ pointId }) => pointId))).toEqual(new Set(points));
    expect(jobs).toHaveLength(5);
    expect(await database.db.prisma.ledgerEvent.count({ where: { kind: "job.created" } })).toBe(5);
    await endAll();
    expect((await schedule()).started).toBe(0);
  });

  it("reads exactly the budget of the night: those that nothing has read for the longest first", async () => {
    const rule = { mode: "sampled", nightly: { unit: "gib", amount: 7 } } as const;
    const policyId = await addVerifyPolicy(database.db, "sampled", { rule });
    const vaultId = await addVault(database.db, 9);
    const of = { policyId, vaultId, diskBytes: 4 * GIB };
    const points = await addPoints(database.db, { ...of, vm: "web", points: 3 });
    const others = await addPoints(database.db, { ...of, vm: "db", points: 1 });
    const [old = ""] = points;
    const readAt = new Date(Date.now() - 86_400_000 / 2);
    await database.db.prisma.recoveryPoint.update({ where: { id: old }, data: { readAt } });
    await schedule();
    const jobs = await started();
    const byPoint = new Map(jobs.map((job) => [job.pointId, job.bytes]));
    expect(jobs.reduce((sum, { bytes = 0 }) => sum + bytes, 0)).toBe(9 * GIB);
    const web = points.reduce((sum, id) => sum + (byPoint.get(id) ?? 0), 0);
    expect(web).toBeLessThanOrEqual(7 * GIB);
    expect(byPoint.has(old)).toBe(false);
    expect([...byPoint.keys()].every((id) => id !== null && [...points, ...others].includes(id))).toBe(true);
    await endAll();
    expect((await schedule()).started).toBe(0);

    await advanceDatabaseClock(database.db.pool, 86_400_000);
    expect((await schedule()).started).toBeGreaterThan(0);
    expect((await started()).some(({ pointId }) => pointId === old)).toBe(true);
  });

  it("gives each team its share of the night, and the rest to who waits", async () => {
    const rule = { mode: "sampled", nightly: { unit: "gib", amount: 20 } } as const;
    const policyId = await addVerifyPolicy(database.db, "shared", { rule });
    const vaultId = await addVault(database.db, 6);
    const of = { policyId, vaultId, diskBytes: GIB };
    const many = await addPoints(database.db, { ...of, vm: "many", points: 10 });
    const few = await addPoints(database.db, { ...of, vm: "few", points: 4 });
    const { prisma } = database.db;
    await prisma.virtualMachine.updateMany({ where: { name: "few" }, data: { resourceGroup: "few" } });
    const scope = { kind: "resource-group", subscriptionId: "s", resourceGroup: "few" };
    await prisma.team.create({
      data: {
        id: crypto.randomUUID(),
        slug: "few",
        name: "few",
        scopes: { create: { id: crypto.randomUUID(), ...scope } },
      },
    });
    // All points of the others are older.
    await prisma.recoveryPoint.updateMany({ where: { id: { in: few } }, data: { takenAt: new Date() } });
    await schedule();
    const points = (await started()).flatMap(({ pointId }) => pointId ?? []);
    expect(points.filter((id) => few.includes(id))).toHaveLength(3);
    expect(new Set(points.filter((id) => many.includes(id)))).toEqual(new Set(many.slice(0, 3)));
  });

  it("reads a part of a full verification that does not fit, and nothing by day", async () => {
    const now = new Date();
    const day =
      ["UTC", "Asia/Tokyo", "America/Los_Angeles"].find((zone) => nightOf(now, zone) === null) ?? "UTC";
    const rule = { mode: "full", everyDays: 30 } as const;
    const vaultId = await addVault(database.db, 3);
    const byDay = await addVerifyPolicy(database.db, "by-day", { rule, timeZone: day });
    await addPoints(database.db, { vm: "day", policyId: byDay, vaultId, points: 1, diskBytes: GIB });
    expect((await schedule()).started).toBe(0);
    const policyId = await addVerifyPolicy(database.db, "full", { rule });
    await addPoints(database.db, { vm: "large", policyId, vaultId, points: 1, diskBytes: 8 * GIB });
    await schedule();
    expect(await started()).toMatchObject([{ mode: "sampled", segments: 3, bytes: 3 * GIB }]);
  });

  it("verifies the points of other vaults while one of them does not answer", async () => {
    const policyId = await addVerifyPolicy(database.db, "quick", { rule: { mode: "quick", everyDays: 1 } });
    const { prisma } = database.db;
    const [dead, good] = [await addVault(database.db, null), await addVault(database.db, null)];
    const of = { policyId, diskBytes: GIB };
    const at = new Date();
    const parked = { state: "running", startedAt: at, parkedSince: at, parkedUntil: at, parkedError: {} };
    const job = {
      kind: "verify",
      trigger: "schedule",
      actor: {},
      parameters: { mode: "quick" },
      vaultId: dead,
    };
    await prisma.job.createMany({
      data: Array.from({ length: 200 }, () => ({ id: crypto.randomUUID(), ...job, ...parked })),
    });
    await addPoints(database.db, { ...of, vm: "late", vaultId: dead, points: 1 });
    const others = await addPoints(database.db, { ...of, vm: "db", vaultId: good, points: 2 });
    expect((await schedule()).started).toBe(2);
    const points = (await started()).flatMap(({ pointId }) => pointId ?? []);
    expect(new Set(points)).toEqual(new Set(others));
  });
});
