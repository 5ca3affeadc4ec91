/** The order of transfers on the real queue: who gets the slots, windows, forecasts and deadlines at risk. */
import { endJob, inTransaction, loadWorkJob } from "@kluis/db";
import { advanceDatabaseClock, createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import { systemClock } from "@kluis/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dispatchTransfers } from "../src/job/dispatch.ts";
import { noteFed } from "../src/job/starving.ts";
import { returnLost } from "../src/job/transfer.ts";
import { afterStep } from "../src/jobs/backup/stages.ts";
import { openLog } from "../src/log.ts";
import { forecastOpenTransfers } from "../src/upkeep/forecast.ts";
import { addEngine, addPolicy, addTeam, addTransfer, finishParts, partsOf } from "./transfers.ts";
import { standardPolicy } from "./world.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await database.db.prisma.installation.upsert({
    where: { id: 1 },
    create: { id: 1, installationId: crypto.randomUUID() },
    update: {},
  });
});
afterEach(() => database.drop());

const HOUR = 3_600_000;
const alive = new AbortController().signal;
const deps = () => ({
  db: database.db,
  clock: systemClock,
  log: openLog({ format: "text", level: "error" }),
});
const hours = (count: number): Date => new Date(Date.now() + count * HOUR);
const job = (id: string) => database.db.prisma.job.findUniqueOrThrow({ where: { id } });
const raised = () => database.db.prisma.attention.findMany({ select: { key: true, message: true } });
const givenOut = async (id: string): Promise<number> => (await partsOf(database.db, id))["handed-out"] ?? 0;

/** Tasks of the queue in the order in which an engine takes them. */
async function queue(): Promise<string[]> {
  const { rows } = await database.db.pool.query(
    "SELECT key FROM graphile_worker.jobs WHERE task_identifier LIKE '%.segment' ORDER BY priority, run_at, id",
  );
  return rows.map((row: { key: string }) => row.key.split(":").slice(0, 2).join(":"));
}

describe("the dispatcher", () => {
  it("gives a part once, although several engines dispatch at once", async () => {
    await addEngine(database.db, 2);
    await addEngine(database.db, 2);
    const id = await addTransfer(database.db, { vm: "web-01", parts: 20 });
    await Promise.all([dispatchTransfers(deps()), dispatchTransfers(deps()), dispatchTransfers(deps())]);
    const tasks = await queue();
    expect(tasks.length).toBe(await givenOut(id));
    expect(tasks.length).toBeGreaterThanOrEqual(8);
    // Races may fill the queue a few times over, and never give a part twice.
    expect(tasks.length).toBeLessThanOrEqual(20);
    expect(await dispatchTransfers(deps())).toBe(0);
  });

  it("does not let a VM with 4,096 parts delay the VM of another team", async () => {
    await addEngine(database.db, 4);
    await addTeam(database.db, "data");
    await addTeam(database.db, "shop");
    const large = await addTransfer(database.db, {
      vm: "data-01",
      group: "data",
      parts: 4_096,
      deadlineAt: hours(2),
    });
    expect(await dispatchTransfers(deps())).toBe(8);
    const small = await addTransfer(database.db, {
      vm: "shop-01",
      group: "shop",
      parts: 4,
      deadlineAt: hours(20),
    });
    await finishParts(database.db, 5);
    expect(await dispatchTransfers(deps())).toBe(5);
    expect(await givenOut(small)).toBe(4);
    expect(await givenOut(large)).toBe(4);
  });

  it("gives parts out again whose task was lost before it ran, and no others", async () => {
    await addEngine(database.db, 2);
    const id = await addTransfer(database.db, { vm: "web-01", parts: 6 });
    expect(await dispatchTransfers(deps())).toBe(4);
    const { pool } = database.db;
    // A killed engine holds one part; the tasks of two others are gone.
    await pool.query(`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'killed', attempts = 1
      WHERE key LIKE '%:0'`);
    await pool.query("DELETE FROM graphile_worker._private_jobs WHERE key LIKE '%:1' OR key LIKE '%:2'");
    expect(await returnLost(deps(), { id, parkedUntil: null }, "backup.segment")).toBeNull();
    expect(await partsOf(database.db, id)).toEqual({ "handed-out": 2, waiting: 4 });
    expect(await dispatchTransfers(deps())).toBe(2);
    expect(await queue()).toHaveLength(4);
  });

  it("gives restores first, then the earliest deadline; a deadline that has passed comes last", async () => {
    await addEngine(database.db, 3);
    const vms = { late: hours(-1), tomorrow: hours(20), tonight: hours(6) };
    const ids = new Map<string, string>();
    for (const [vm, deadlineAt] of Object.entries(vms))
      ids.set(vm, await addTransfer(database.db, { vm, parts: 2, deadlineAt }));
    const restore = await addTransfer(database.db, { vm: "lost", kind: "restore-disk", parts: 2 });
    expect(await dispatchTransfers(deps())).toBe(6);
    expect((await queue()).slice(0, 2)).toEqual([`restore.segment:${restore}`, `restore.segment:${restore}`]);
    expect(await givenOut(ids.get("tonight") ?? "")).toBe(2);
    expect(await givenOut(ids.get("tomorrow") ?? "")).toBe(2);
    expect(await givenOut(ids.get("late") ?? "")).toBe(0);
  });

  it("gives second copies the slots that are left, none ahead, and the next free one to a backup", async () => {
    await addEngine(database.db, 4);
    const copies = await Promise.all(
      ["a", "b"].map((vm) => addTransfer(database.db, { vm, kind: "copy-point", parts: 20 })),
    );
    expect(await dispatchTransfers(deps())).toBe(4);
    expect(await Promise.all(copies.map(givenOut))).toEqual([2, 2]);
    expect(await dispatchTransfers(deps())).toBe(0);
    // The copy of the same VM takes nothing from its share.
    const backup = await addTransfer(database.db, { vm: "a", parts: 8, deadlineAt: hours(2) });
    expect(await dispatchTransfers(deps())).toBe(4);
    expect(await givenOut(backup)).toBe(4);
    expect((await queue())[0]).toBe(`backup.segment:${backup}`);
    await forecastOpenTransfers(deps(), alive);
    const [copy] = copies;
    expect((await job(copy ?? "")).queuePosition).toBeGreaterThan(1);
    await database.db.prisma.jobSegment.updateMany({
      where: { state: "handed-out", disk: { jobId: copy ?? "" } },
      data: { state: "waiting" },
    });
    await forecastOpenTransfers(deps(), alive);
    expect(await job(copy ?? "")).toMatchObject({ waitsFor: "backups" });
  });

  it("gives nothing outside of the window, and begins when it opens; restores are not bound", async () => {
    await addEngine(database.db, 3);
    const clock = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(11, 16);
    const window = { from: clock(2 * HOUR), to: clock(4 * HOUR) };
    const document = {
      ...standardPolicy,
      schedule: { kind: "daily" as const, times: ["01:00"], timeZone: "UTC" },
      transfer: { window },
    };
    const policyVersionId = await addPolicy(database.db, "at-night", document);
    const bound = await addTransfer(database.db, { vm: "web-01", policyVersionId, deadlineAt: hours(20) });
    const restore = await addTransfer(database.db, {
      vm: "web-02",
      kind: "restore-disk",
      policyVersionId,
      parts: 1,
    });
    expect(await dispatchTransfers(deps())).toBe(1);
    expect(await givenOut(restore)).toBe(1);
    await forecastOpenTransfers(deps(), alive);
    const { waitsFor, forecastStartAt } = await job(bound);
    expect(waitsFor).toBe("window");
    expect(forecastStartAt?.toISOString().slice(11, 16)).toBe(window.from);
    await advanceDatabaseClock(database.db.pool, 2.5 * HOUR);
    expect(await dispatchTransfers(deps())).toBe(4);
    expect(await givenOut(bound)).toBe(4);
    // Parts that were given out finish after the window, and no others are given.
    await advanceDatabaseClock(database.db.pool, 3 * HOUR);
    await finishParts(database.db, 1);
    expect(await dispatchTransfers(deps())).toBe(0);
  });

  it("is not held up by many transfers whose windows are closed", async () => {
    await addEngine(database.db, 1);
    const window = { from: "00:00", to: "00:01", days: [((new Date().getUTCDay() + 2) % 7) + 1] };
    const document = { ...standardPolicy, transfer: { window } };
    const policyVersionId = await addPolicy(database.db, "weekly", document);
    for (let n = 0; n < 70; n++)
      await addTransfer(database.db, { vm: `closed-${n}`, policyVersionId, parts: 1, deadlineAt: hours(1) });
    const open = await addTransfer(database.db, { vm: "open", parts: 2, deadlineAt: hours(20) });
    expect(await dispatchTransfers(deps())).toBe(2);
    expect(await givenOut(open)).toBe(2);
  });
});

describe("the forecast", () => {
  it("says when each transfer ends and what it waits for, and writes only news", async () => {
    await addEngine(database.db, 1);
    // Without history 50 MiB/s: 20 parts of 1 GiB take about 450 s.
    const first = await addTransfer(database.db, { vm: "a", parts: 20, deadlineAt: hours(5) });
    const second = await addTransfer(database.db, { vm: "b", parts: 20, deadlineAt: hours(9) });
    await forecastOpenTransfers(deps(), alive);
    const [a, b] = [await job(first), await job(second)];
    expect([a.queuePosition, b.queuePosition]).toEqual([1, 2]);
    expect([a.waitsFor, b.waitsFor]).toEqual(["slots", "deadlines"]);
    expect(b.forecastStartAt).toEqual(a.forecastEndAt);
    const minutes = ((a.forecastEndAt?.getTime() ?? 0) - (a.forecastAt?.getTime() ?? 0)) / 60_000;
    expect(Math.round(minutes * 10) / 10).toBe(7.5);
    expect(await raised()).toEqual([]);
    await forecastOpenTransfers(deps(), alive);
    expect((await job(first)).forecastAt).toEqual(a.forecastAt);
  });

  it("learns from measured parts", async () => {
    await addEngine(database.db, 4);
    const id = await addTransfer(database.db, { vm: "a", parts: 40 });
    for (let round = 0; round < 3; round++) {
      await dispatchTransfers(deps());
      await finishParts(database.db, 4);
    }
    await database.db.prisma.jobDisk.updateMany({ data: { readBytes: 12n * 1024n ** 3n } });
    await forecastOpenTransfers(deps(), alive);
    const { forecastAt, forecastEndAt } = await job(id);
    // 1 GiB took 20 s in one slot: 28 parts in 4 slots, with 2 s for each.
    expect(((forecastEndAt?.getTime() ?? 0) - (forecastAt?.getTime() ?? 0)) / 1_000).toBeCloseTo(154, 0);
  });

  it("raises a deadline before it is missed, and clears it when the job ends, with the result", async () => {
    await addEngine(database.db, 1);
    const tight = await addTransfer(database.db, {
      vm: "tight",
      parts: 20,
      deadlineAt: new Date(Date.now() + 600_000),
    });
    await forecastOpenTransfers(deps(), alive);
    expect(await job(tight)).toMatchObject({ deadlineAtRisk: true, deadlineMet: null });
    expect(await raised()).toMatchObject([
      { key: `deadline:${tight}`, message: /expected to end/ as unknown },
    ]);
    await advanceDatabaseClock(database.db.pool, 700_000);
    await forecastOpenTransfers(deps(), alive);
    expect((await raised())[0]?.message).toContain("has not ended by its deadline");
    const end = new Date(Date.now() + 701_000);
    await inTransaction(database.db, (tx) =>
      endJob(tx, tight, { state: "succeeded", stage: "done", at: end }),
    );
    expect(await job(tight)).toMatchObject({ deadlineMet: false, deadlineAtRisk: false, forecastAt: null });
    expect(await raised()).toEqual([]);
    // A forecast that was made before the end stores nothing about it.
    await forecastOpenTransfers(deps(), alive);
    expect(await job(tight)).toMatchObject({ forecastAt: null });
  });

  it("clears a risk that is over, and stores a deadline that was met", async () => {
    await addEngine(database.db, 1);
    const id = await addTransfer(database.db, {
      vm: "a",
      parts: 40,
      deadlineAt: new Date(Date.now() + 1_000_000),
    });
    await forecastOpenTransfers(deps(), alive);
    expect(await raised()).toHaveLength(1);
    await database.db.prisma.jobSegment.deleteMany({ where: { segment: { gt: 2 } } });
    await database.db.prisma.jobDisk.updateMany({ data: { plannedBytes: 3n * 1024n ** 3n } });
    await forecastOpenTransfers(deps(), alive);
    expect(await raised()).toEqual([]);
    expect(await job(id)).toMatchObject({ deadlineAtRisk: false });
    await inTransaction(database.db, (tx) =>
      endJob(tx, id, { state: "succeeded", stage: "done", at: new Date() }),
    );
    expect(await job(id)).toMatchObject({ deadlineMet: true });
    const kinds = await database.db.prisma.ledgerEvent.findMany({
      where: { kind: { startsWith: "attention" } },
      orderBy: { seq: "asc" },
    });
    expect(kinds.map(({ kind }) => kind)).toEqual(["attention.raised", "attention.cleared"]);
  });
});

describe("a VM whose snapshots are replaced before their transfer", () => {
  /** Completes the snapshot of a new backup, which replaces the one that waits. */
  async function capture(deadlineAt: Date): Promise<string> {
    const id = await addTransfer(database.db, {
      vm: "web-01",
      stage: "snapshot",
      deadlineAt,
      capturedAt: null,
    });
    await inTransaction(database.db, async (tx) => {
      const found = await loadWorkJob(tx, id);
      if (found === null) throw new Error("The job is gone.");
      await afterStep(tx, { job: found, name: "snapshot", at: new Date() });
    });
    return id;
  }

  it("keeps its place, moves before later deadlines, and is raised until it gets a point", async () => {
    await addEngine(database.db, 1);
    await addTransfer(database.db, { vm: "other", parts: 8, deadlineAt: hours(6) });
    const first = await capture(hours(1));
    await capture(hours(8));
    await capture(hours(9));
    expect(await raised()).toEqual([]);
    const last = await capture(hours(10));
    const { firstDeadlineAt, deadlineAt } = await job(first);
    expect(firstDeadlineAt).toBeNull();
    expect(await job(last)).toMatchObject({
      replacedCount: 3,
      firstDeadlineAt: deadlineAt,
      servedAt: (await job(first)).capturedAt,
    });
    const { vmId } = await job(last);
    expect(await raised()).toMatchObject([{ key: `transfer:starved-${vmId}` }]);
    await database.db.prisma.job.update({ where: { id: last }, data: { stage: "transfer" } });
    await dispatchTransfers(deps());
    expect((await queue())[0]).toBe(`backup.segment:${last}`);
    await inTransaction(database.db, (tx) => noteFed(tx, vmId ?? ""));
    expect(await raised()).toEqual([]);
  });
});
