/** The plan of a disk is stored in parts: each continues where the last one ended, in any process. */
import { engineActor, notice } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addVm, TestClock } from "../../test/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import { addPlanSlice, beginPlan, finishPlan, omittedBlocks, type PlanSlice, readPlan } from "./plan.ts";
import { addJobDisks, finishSegment, listJobDisks, loadSegment, noStats } from "./transfer.ts";
import { createJob } from "./write.ts";

const GIB = 2 ** 30;
const diskBytes = 3 * GIB;
const extents = [[0, 65_536, "data"]] as const;
const clock = new TestClock();
let database: TestDatabase;
let jobId: string;
let diskId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const vmId = await addVm(database.db, clock);
  await inTransaction(database.db, async (tx) => {
    jobId = await createJob(tx, { kind: "backup", vmId, trigger: "manual", actor: engineActor }, clock);
    await tx.job.update({ where: { id: jobId }, data: { state: "running" } });
    const facts = { diskKey: "os", name: "os", resourceId: "/d", diskUniqueId: "u", sku: "Premium_LRS" };
    await addJobDisks(tx, jobId, [{ ...facts, diskBytes }]);
    diskId = (await listJobDisks(tx, jobId))[0]?.id ?? "";
  });
});
afterAll(() => database.drop());

const part = (from: number, to: number, change: Partial<PlanSlice> = {}): PlanSlice => ({
  list: "confirmed",
  from: from * GIB,
  to: to * GIB,
  segments: [{ segment: from, extents, claimed: [] }],
  dataBytes: 65_536,
  ...change,
});
const add = (slice: PlanSlice) => inTransaction(database.db, (tx) => addPlanSlice(tx, diskId, slice));
const read = () => readPlan(database.db.prisma, diskId);

test("two processes that plan one disk store each part once, and a part of another plan is refused", async () => {
  const begin = { list: "confirmed", notice: notice("delta-confirming", {}), instead: null } as const;
  const begun = await Promise.all(
    [1, 2].map(() => inTransaction(database.db, (tx) => beginPlan(tx, diskId, begin))),
  );
  expect(begun.filter(Boolean)).toHaveLength(1);
  const added = await Promise.all([add(part(0, 1)), add(part(0, 2))]);
  expect(added.filter(Boolean)).toHaveLength(1);
  const { to } = await read();
  const next = to / GIB;
  expect(await add(part(next + 1, 3))).toBe(false);
  expect(await add(part(next, 3, { list: "changed" }))).toBe(false);
  expect(await add(part(next, 3))).toBe(true);
  expect(await read()).toMatchObject({ list: "confirmed", to: diskBytes, plannedBytes: 2 * 65_536 });
  expect(await database.db.prisma.jobSegment.count({ where: { jobDiskId: diskId } })).toBe(2);
});

test("the method is set only when the whole disk is planned, and what a list omits is summed", async () => {
  const { prisma } = database.db;
  const method = { method: "digest-comparison", baseNode: null, diskBytes } as const;
  await inTransaction(database.db, (tx) => finishPlan(tx, diskId, { ...method, list: "changed" }));
  expect((await read()).isDone).toBe(false);
  await inTransaction(database.db, (tx) => finishPlan(tx, diskId, { ...method, list: "confirmed" }));
  expect((await read()).isDone).toBe(true);
  expect(await add(part(3, 4))).toBe(false);
  const again = { list: "allocated", notice: null, instead: "confirmed" } as const;
  expect(await inTransaction(database.db, (tx) => beginPlan(tx, diskId, again))).toBe(false);

  expect(await omittedBlocks(prisma, diskId)).toBeNull();
  const rows = await prisma.jobSegment.findMany({ where: { jobDiskId: diskId } });
  for (const [index, { segment }] of rows.entries()) {
    const loaded = await loadSegment(prisma, { jobId, diskKey: "os", segment });
    if (loaded === null) throw new Error("no such segment");
    expect(loaded.claimed).toEqual([]);
    const omitted = { blocks: 2, firstOffset: (5 - index) * 65_536 };
    await inTransaction(database.db, (tx) =>
      finishSegment(tx, loaded, { node: null, stats: noStats, at: clock.now(), omitted }),
    );
  }
  expect(await omittedBlocks(prisma, diskId)).toEqual({ blocks: 4, firstOffset: 4 * 65_536 });
});
