/** A week on one clock, against a local Azure that is as strict as Azure. */
import type { PolicyDocument } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MIB, random, standardPolicy, World } from "./world.ts";

const DAYS = 7;
const KEPT = 3;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

let world: World;
let vmId: string;
let due: readonly Date[];

/** The last recovery points, oldest first. */
const points = () => world.db.prisma.recoveryPoint.findMany({ where: { vmId }, orderBy: { takenAt: "asc" } });
const jobs = (kind: string) =>
  world.db.prisma.job.findMany({ where: { vmId, kind }, orderBy: { createdAt: "asc" } });

beforeAll(async () => {
  world = await World.start({});
  await world.startEngine({ recurring: true });
  const image = await world.image("weekly", 24 * MIB, [random(0, MIB)]);
  const start = world.clock.now().getTime() + 10 * minuteMs;
  const first = Math.ceil(start / minuteMs) * minuteMs;
  due = Array.from({ length: DAYS }, (_, day) => new Date(first + day * dayMs));
  const times = [new Date(first).toISOString().slice(11, 16)];
  const policy: PolicyDocument = {
    ...standardPolicy,
    schedule: { kind: "daily", times, timeZone: "UTC" },
    retention: { daily: KEPT },
    softDeleteDays: 1,
  };
  vmId = await world.protectedVm({ name: "weekly", disks: [image], policy });
});
afterAll(async () => {
  await world.stop();
});

describe("a daily policy on a clock that a test moves", () => {
  it("backs up at each due time of a week", async () => {
    for (const [day, at] of due.entries()) {
      // Short polls sleep for real inside the SDK: two days show that the engine waits, the others need not.
      if (day === 2) await world.control.settings({ operationDurations: "none" });
      await world.clock.advanceTo(at);
      // The scheduler looks every 30 seconds.
      await world.clock.advance({ seconds: 31 });
    }
    const occurrences = await world.db.prisma.occurrence.findMany({ orderBy: { dueAt: "asc" } });
    expect(occurrences.map(({ dueAt, state }) => [dueAt, state])).toEqual(due.map((at) => [at, "started"]));
    const all = await jobs("backup");
    expect(all.map(({ state }) => state)).toEqual(due.map(() => "succeeded"));
    const taken = await points();
    expect(taken).toHaveLength(DAYS);
    const azure = (await world.control.snapshots()).restorePoints;
    expect(azure).toEqual([]);
    // Every stored time is of the moved clock: default columns, points of Azure, jobs.
    for (const [day, at] of due.entries()) {
      const times = [
        all[day]?.createdAt,
        all[day]?.startedAt,
        all[day]?.endedAt,
        taken[day]?.takenAt,
        taken[day]?.createdAt,
      ];
      for (const time of times) {
        expect(time?.getTime()).toBeGreaterThanOrEqual(at.getTime());
        expect(time?.getTime()).toBeLessThan(at.getTime() + 5 * minuteMs);
      }
    }
    // Each move waits for every timer and task of a day: minutes on a busy machine.
  }, 600_000);

  it("keeps the points of three days", async () => {
    // In steps: a timer of the engine queues the next retention, and one long move may pass it.
    for (let part = 0; part < 12; part++) await world.clock.advance({ minutes: 10 });
    expect((await points()).map(({ state }) => state)).toEqual([
      ...Array<string>(DAYS - KEPT - 1).fill("deleted"),
      // Its day in which it could be brought back is not over.
      "soft-deleted",
      ...Array<string>(KEPT).fill("available"),
    ]);
    expect((await jobs("delete-point")).map(({ state }) => state)).toEqual(
      Array(DAYS - KEPT - 1).fill("succeeded"),
    );
  });

  it("takes three points in an hour; the fourth waits for Azure's budget", async () => {
    const ids: string[] = [];
    for (let at = 0; at < 4; at++) {
      ids.push(await world.startBackup(vmId));
      await world.clock.advance({ minutes: 2 });
    }
    const states = async () =>
      (await world.db.prisma.job.findMany({ where: { id: { in: ids } }, orderBy: { createdAt: "asc" } })).map(
        ({ state }) => state,
      );
    expect(await states()).toEqual(["succeeded", "succeeded", "succeeded", "running"]);
    await world.clock.advance({ minutes: 20 });
    expect(await states()).toEqual(Array(4).fill("succeeded"));
  });
});
