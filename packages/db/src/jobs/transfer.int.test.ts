import { engineActor } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addVm, TestClock } from "../../test/fixtures.ts";
import { enqueue } from "../queue/enqueue.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import { listLostSegments } from "./lost-segments.ts";
import {
  addJobDisks,
  addSegments,
  countProgress,
  finishSegment,
  listJobDisks,
  listSegmentNodes,
  loadSegment,
  noStats,
  startSegment,
  type WorkDisk,
  type WorkSegment,
} from "./transfer.ts";
import { createJob } from "./write.ts";

let database: TestDatabase;
let jobId: string;
let disk: WorkDisk;
const clock = new TestClock();

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  const vmId = await addVm(db, clock);
  await inTransaction(db, async (tx) => {
    const job = { kind: "backup", vmId, trigger: "manual", actor: engineActor } as const;
    jobId = await createJob(tx, job, clock);
    await tx.job.update({ where: { id: jobId }, data: { state: "running" } });
    const facts = { diskKey: "os", name: "os", resourceId: "/d", diskUniqueId: "u", sku: "Premium_LRS" };
    await addJobDisks(tx, jobId, [{ ...facts, diskBytes: 3 * 2 ** 30 }]);
    const [row] = await listJobDisks(tx, jobId);
    if (row === undefined) throw new Error("no disk");
    disk = row;
    const extents = [[0, 65_536, "data"]] as const;
    await addSegments(
      tx,
      disk.id,
      [0, 1, 2].map((segment) => ({ segment, extents })),
    );
  });
});
afterAll(() => database.drop());

async function load(segment: number): Promise<WorkSegment> {
  const found = await loadSegment(database.db.prisma, { jobId, diskKey: "os", segment });
  if (found === null) throw new Error("no such segment");
  return found;
}

describe("a segment that two workers move at the same time", () => {
  test("is recorded once: the second worker changes neither its node nor the counters", async () => {
    const { db } = database;
    const at = clock.now();
    const mine = { ...noStats, readBytes: 100, movedBytes: 80, storedBytes: 60 };
    await inTransaction(db, async (tx) => startSegment(tx, await load(0), at));
    const late = await load(0);
    const first = { node: "2:first", stats: mine, at };
    expect(await inTransaction(db, (tx) => finishSegment(tx, late, first))).toBe(2);

    await inTransaction(db, (tx) => startSegment(tx, late, at));
    expect(await inTransaction(db, (tx) => countProgress(tx, late, { ...mine, readBytes: 7 }))).toBe(false);
    const second = { node: "2:second", stats: { ...mine, storedBytes: 99 }, at };
    expect(await inTransaction(db, (tx) => finishSegment(tx, late, second))).toBe(2);

    expect((await listSegmentNodes(db.prisma, disk.id)).get(0)).toBe("2:first");
    expect((await listJobDisks(db.prisma, jobId))[0]?.stats).toEqual(mine);
  });
});

describe("a segment of a job that ended or was planned again", () => {
  test("is not recorded", async () => {
    const { db } = database;
    const segment = await load(2);
    const result = { node: "9:late", stats: noStats, at: clock.now() };
    const finish = (one: WorkSegment) => inTransaction(db, (tx) => finishSegment(tx, one, result));
    const planned = { ...segment, id: crypto.randomUUID() };
    expect(await finish(planned)).toBeNull();
    await db.prisma.job.update({ where: { id: jobId }, data: { state: "queued" } });
    expect(await finish(segment)).toBeNull();
    expect((await load(2)).state).toBe("waiting");
    await db.prisma.job.update({ where: { id: jobId }, data: { state: "running" } });
  });
});

describe("segments that no task will move", () => {
  test("are those without a task, and those whose task has no tries left", async () => {
    const { db } = database;
    const lost = () => listLostSegments(db.prisma, jobId, "backup.segment");
    const without = (segment: number) => ({ diskKey: "os", segment, exhausted: false });
    // What waits for the dispatcher is not lost.
    expect(await lost()).toEqual([]);
    const waiting = { disk: { jobId }, state: "waiting" };
    await db.prisma.jobSegment.updateMany({ where: waiting, data: { state: "handed-out" } });
    expect(await lost()).toEqual([without(1), without(2)]);

    for (const segment of [1, 2]) {
      await inTransaction(db, (tx) => enqueue(tx, "backup.segment", { jobId, diskKey: "os", segment }));
    }
    expect(await lost()).toEqual([]);

    const tries = (attempts: number, locked: boolean) => db.prisma.$executeRaw`
      UPDATE graphile_worker._private_jobs SET attempts = ${attempts}::int,
        locked_at = CASE WHEN ${locked} THEN now() END, locked_by = CASE WHEN ${locked} THEN 'w' END
      WHERE key = ${`backup.segment:${jobId}:os:2`}`;
    await tries(25, true);
    expect(await lost()).toEqual([]);
    await tries(25, false);
    expect(await lost()).toEqual([{ diskKey: "os", segment: 2, exhausted: true }]);
  });
});
