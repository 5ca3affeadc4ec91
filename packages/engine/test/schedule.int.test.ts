/** The scheduler, on a clock that the test sets. */
import {
  addPolicyVersion,
  changeConnection,
  createPolicy,
  databaseNow,
  followEnvironment,
  inTransaction,
  selectSubscriptions,
  setProtection,
} from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { engineActor, type PolicyDocument, systemClock, type TimedClock } from "@kluis/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLog } from "../src/log.ts";
import { tick } from "../src/schedule/tick.ts";
import { vmRow } from "./vm-row.ts";
import { standardPolicy } from "./world.ts";

class ManualClock implements TimedClock {
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return systemClock.wait(ms, signal);
  }
  #now: Date;
  constructor(start: string) {
    this.#now = new Date(start);
  }
  now(): Date {
    return this.#now;
  }
  elapsedMs(): number {
    return this.#now.getTime();
  }
  set(to: string): void {
    this.#now = new Date(to);
  }
}

let database: TestDatabase;
let clock: ManualClock;
const log = openLog({ format: "text", level: "error" });

let connectionId: string;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = new ManualClock("2026-03-27T12:00:00Z");
  const identity = { tenantId: "t", credentialKind: "managed-identity", clientId: null } as const;
  const endpoints = { authorityHost: "https://login.example", armUrl: "https://arm.example" };
  const connection = { ...identity, ...endpoints, subscriptions: ["s"] };
  connectionId = (await followEnvironment(database.db, connection, clock)).id;
});
afterEach(async () => {
  await database.drop();
});

const deps = () => ({ db: database.db, clock, log });

async function protect(name: string, document: PolicyDocument): Promise<string> {
  const { db } = database;
  return inTransaction(db, async (tx) => {
    const { id } = await tx.virtualMachine.create({ data: vmRow(name) });
    const made = { name: `policy-${name}`, description: "", teamId: null, document, actor: engineActor };
    const { id: policyId } = await createPolicy(tx, made, clock);
    await setProtection(tx, { vmId: id, policyId, excludedDisks: [] }, clock);
    return id;
  });
}

function occurrences(): Promise<
  { dueAt: Date; state: string; reason: string | null; jobId: string | null }[]
> {
  return database.db.prisma.occurrence.findMany({ orderBy: { dueAt: "asc" } });
}

async function endJobs(): Promise<void> {
  await database.db.prisma.job.updateMany({ data: { state: "succeeded", endedAt: clock.now() } });
}

describe("the scheduler", () => {
  it("starts each occurrence once, for any number of engines and restarts", async () => {
    await protect("a", standardPolicy);
    await protect("b", standardPolicy);
    await tick(deps(), clock.now());
    expect(await occurrences()).toEqual([]);
    clock.set("2026-03-28T00:00:10Z");
    await Promise.all(Array.from({ length: 6 }, () => tick(deps(), clock.now())));
    await tick(deps(), clock.now());
    const all = await occurrences();
    expect(all).toHaveLength(2);
    expect(all.map(({ dueAt, state }) => [dueAt.toISOString(), state])).toEqual([
      ["2026-03-28T00:00:00.000Z", "started"],
      ["2026-03-28T00:00:00.000Z", "started"],
    ]);
    const jobs = await database.db.prisma.job.findMany();
    expect(jobs).toHaveLength(2);
    expect(jobs.map(({ deadlineAt }) => deadlineAt?.toISOString())).toEqual(
      Array(2).fill("2026-03-29T00:00:00.000Z"),
    );
    const queued = await database.db.pool.query(
      "SELECT key FROM graphile_worker.jobs WHERE task_identifier = 'backup.advance'",
    );
    expect(queued.rows).toHaveLength(2);
    expect(await database.db.prisma.ledgerEvent.count({ where: { kind: "occurrence.started" } })).toBe(2);
  });

  it("starts only the newest missed occurrence, late, and records the others", async () => {
    await protect("a", standardPolicy);
    clock.set("2026-03-31T08:00:00Z");
    expect(await tick(deps(), clock.now())).toEqual({ started: 1, skipped: 0, missed: 3, again: null });
    const all = await occurrences();
    expect(all.map(({ state }) => state)).toEqual(["missed", "missed", "missed", "started"]);
    // The clocks went forward on 29 March: 01:00 in Amsterdam is 23:00 UTC of the day before from then on.
    expect(all.map(({ dueAt }) => dueAt.toISOString())).toEqual([
      "2026-03-28T00:00:00.000Z",
      "2026-03-29T00:00:00.000Z",
      "2026-03-29T23:00:00.000Z",
      "2026-03-30T23:00:00.000Z",
    ]);
    expect(all[3]?.reason).toMatch(/late/i);
  });

  it("continues after one tick at a time that was a year ahead", async () => {
    await protect("a", standardPolicy);
    clock.set("2027-03-27T12:00:00Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 1, missed: 364 });
    await endJobs();
    clock.set("2026-03-27T12:00:30Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 0, skipped: 0, missed: 0 });
    clock.set("2026-03-28T00:00:10Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 1, missed: 0 });
    const started = (await occurrences()).filter(({ jobId }) => jobId !== null);
    expect(started.map(({ dueAt }) => dueAt.toISOString().slice(0, 10))).toEqual([
      "2026-03-28",
      "2027-03-27",
    ]);
    expect(await occurrences()).toHaveLength(2);
  });

  it("skips an occurrence, with a reason, while a backup of the VM runs", async () => {
    // Protected at noon on the 27th, so that 13:00 of that day is missed when the next tick runs in the night.
    await protect("a", {
      ...standardPolicy,
      schedule: { kind: "daily", times: ["01:00", "13:00"], timeZone: "UTC" },
    });
    clock.set("2026-03-28T01:00:05Z");
    await tick(deps(), clock.now());
    clock.set("2026-03-28T13:00:05Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 0, skipped: 1, missed: 0 });
    await endJobs();
    clock.set("2026-03-29T01:00:05Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 1, skipped: 0, missed: 0 });
    const all = await occurrences();
    expect(all[2]?.reason).toMatch(/had not ended/);
    expect(all.map(({ state }) => state)).toEqual(["missed", "started", "skipped", "started"]);
  });

  it("skips an occurrence, with a reason, while no enabled connection reads the subscription", async () => {
    await protect("a", standardPolicy);
    const { db } = database;
    const change = (state: "enabled" | "disabled") =>
      inTransaction(db, (tx) => changeConnection(tx, { id: connectionId, change: { state } }, clock));
    await change("disabled");
    clock.set("2026-03-28T01:00:05Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 0, skipped: 1 });
    await change("enabled");
    const none = { connectionId, tenantId: "t", subscriptions: [] };
    await inTransaction(db, (tx) => selectSubscriptions(tx, none));
    clock.set("2026-03-29T01:00:05Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 0, skipped: 1 });
    const all = await db.prisma.occurrence.findMany({ orderBy: { dueAt: "asc" } });
    expect(all.map(({ notice }) => notice)).toMatchObject([
      { code: "occurrence-connection-disabled", params: { connection: "main" } },
      { code: "occurrence-not-connected" },
    ]);
  });

  it("starts nothing for a stopped protection", async () => {
    await protect("a", standardPolicy);
    await database.db.prisma.protection.updateMany({ data: { state: "stopped" } });
    clock.set("2026-03-29T08:00:00Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 0, skipped: 0, missed: 0 });
  });

  it("schedules all other VMs when a policy cannot be read, and reports the policy", async () => {
    const broken = await protect("broken", standardPolicy);
    const whole = await protect("whole", standardPolicy);
    await database.db.prisma.policyVersion.updateMany({
      where: { policy: { name: "policy-broken" } },
      data: { document: { schedule: "of another version" } },
    });
    clock.set("2026-03-28T00:00:10Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 1 });
    expect((await database.db.prisma.job.findMany()).map(({ vmId }) => vmId)).toEqual([whole]);
    const problem = { lastFailed: 1, lastErrorItem: "VM broken" };
    const state = () => database.db.prisma.recurringWork.findUniqueOrThrow({ where: { name: "schedule" } });
    expect(await state()).toMatchObject({
      ...problem,
      lastError: { message: expect.stringContaining("policy-broken") as unknown },
    });
    expect(await database.db.prisma.attention.findMany()).toMatchObject([{ key: "recurring-work:schedule" }]);
    // It rests, and is reported for as long as it cannot be scheduled.
    clock.set("2026-03-28T00:01:10Z");
    await tick(deps(), clock.now());
    expect(await state()).toMatchObject({ ...problem, lastDone: 0 });
    await inTransaction(database.db, async (tx) => {
      const { policyId } = await tx.protection.findUniqueOrThrow({ where: { vmId: broken } });
      const edit = { id: policyId, expectedVersion: 1, document: standardPolicy, actor: engineActor };
      await addPolicyVersion(tx, edit, clock);
    });
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 1 });
    expect(await state()).toMatchObject({ lastFailed: 0, lastErrorItem: null, lastError: null });
    expect(await database.db.prisma.attention.count()).toBe(0);
  });

  it("decides the VMs of a page one by one after one of them has failed the page", async () => {
    const broken = await protect("a", standardPolicy);
    await protect("b", standardPolicy);
    await protect("c", standardPolicy);
    await database.db.pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`);
    await database.db.pool.query(`
      CREATE TRIGGER refuse BEFORE INSERT ON "Job" FOR EACH ROW WHEN (NEW."vmId" = '${broken}') EXECUTE FUNCTION refuse()`);
    clock.set("2026-03-28T00:00:10Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 2, again: null });
    expect((await occurrences()).map(({ state }) => state)).toEqual(["started", "started"]);
    await database.db.pool.query('DROP TRIGGER refuse ON "Job"');
    // The failed one rests first.
    clock.set("2026-03-28T01:00:10Z");
    expect(await tick(deps(), clock.now())).toMatchObject({ started: 1 });
  });

  it("decides nothing after the clock was set back", async () => {
    await protect("a", standardPolicy);
    clock.set("2026-03-28T00:00:10Z");
    await tick(deps(), clock.now());
    await endJobs();
    clock.set("2026-03-27T20:00:00Z");
    await tick(deps(), clock.now());
    clock.set("2026-03-28T00:00:20Z");
    await tick(deps(), clock.now());
    expect(await occurrences()).toHaveLength(1);
  });

  it("writes nothing for a protection that is not due", async () => {
    await protect("a", standardPolicy);
    await tick(deps(), clock.now());
    const rows = () => database.db.pool.query('SELECT xmin, "nextDueAt" FROM "Protection"');
    const before = await rows();
    clock.set("2026-03-27T20:00:00Z");
    await tick(deps(), clock.now());
    const after = await rows();
    expect(after.rows).toEqual(before.rows);
    expect(after.rows).toMatchObject([{ nextDueAt: new Date("2026-03-28T00:00:00Z") }]);
  });

  it("starts no backup for a time of a new policy that has passed", async () => {
    const vmId = await protect("a", standardPolicy);
    const { db } = database;
    const now = await databaseNow(db.prisma);
    await tick(deps(), now);
    await endJobs();
    const { policyId } = await db.prisma.protection.findUniqueOrThrow({ where: { vmId } });
    const hourly = { kind: "hourly", everyHours: 1, windowStart: "00:00", windowHours: 24 } as const;
    const document = { ...standardPolicy, schedule: { ...hourly, timeZone: "UTC" } };
    // As if the last decision was long ago.
    const past = new Date(now.getTime() - 6 * 3_600_000);
    await db.prisma.protection.updateMany({ data: { scheduledThrough: past } });
    const edit = { id: policyId, expectedVersion: 1, document, actor: engineActor };
    await inTransaction(db, (tx) => addPolicyVersion(tx, edit, clock));
    const decided = await tick(deps(), await databaseNow(db.prisma));
    expect(decided).toMatchObject({ skipped: 0, missed: 0 });
    const { nextDueAt } = await db.prisma.protection.findUniqueOrThrow({ where: { vmId } });
    expect(nextDueAt.getTime() - now.getTime()).toBeLessThanOrEqual(3_600_000);
  });

  it("catches up what the policy before had planned, when it changed while no engine ran", async () => {
    const { db } = database;
    const now = await databaseNow(db.prisma);
    const planned = new Date(Math.floor(now.getTime() / 60_000) * 60_000 - 2 * 3_600_000);
    const times = [planned.toISOString().slice(11, 16)];
    const before = { ...standardPolicy, schedule: { kind: "daily", times, timeZone: "UTC" } } as const;
    const vmId = await protect("a", { ...before, schedule: { ...before.schedule, times } });
    await endJobs();
    const { policyId } = await db.prisma.protection.findUniqueOrThrow({ where: { vmId } });
    const past = new Date(now.getTime() - 6 * 3_600_000);
    const long = new Date(now.getTime() - 60 * 24 * 3_600_000);
    await db.prisma.protection.updateMany({
      data: { assignedAt: long, scheduledThrough: past, nextDueAt: planned },
    });
    await db.prisma.policyVersion.updateMany({ data: { createdAt: long } });
    const hourly = { kind: "hourly", everyHours: 1, windowStart: "00:00", windowHours: 24 } as const;
    const document = { ...standardPolicy, schedule: { ...hourly, timeZone: "UTC" } };
    const edit = { id: policyId, expectedVersion: 1, document, actor: engineActor };
    await inTransaction(db, (tx) => addPolicyVersion(tx, edit, clock));
    expect(await tick(deps(), await databaseNow(db.prisma))).toMatchObject({ started: 1, missed: 0 });
    expect(await occurrences()).toMatchObject([{ dueAt: planned, state: "started" }]);
    const { nextDueAt } = await db.prisma.protection.findUniqueOrThrow({ where: { vmId } });
    expect(nextDueAt.getTime() - now.getTime()).toBeLessThanOrEqual(3_600_000);
  });
});
