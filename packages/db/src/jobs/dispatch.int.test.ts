import { notice, systemClock } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addVm, vmFacts } from "../../test/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { inTransaction } from "../tx.ts";
import {
  countHeldByVm,
  countSlots,
  listRateSamples,
  listWaitingTransfers,
  returnSegment,
  takeWaitingSegments,
} from "./dispatch.ts";
import { addJobDisks, addSegments, listJobDisks, setDiskPlan } from "./transfer.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("parts wait, are given out once in order, and return", async () => {
  const { prisma } = database.db;
  const vmId = await addVm(database.db, systemClock, vmFacts("web-01"));
  const jobId = crypto.randomUUID();
  await prisma.job.create({
    data: {
      id: jobId,
      kind: "backup",
      state: "running",
      stage: "transfer",
      vmId,
      trigger: "manual",
      actor: {},
    },
  });
  const facts = { name: "d", resourceId: "/d", diskUniqueId: "u", sku: "Premium_LRS", diskBytes: 1_024 };
  await inTransaction(database.db, async (tx) => {
    await addJobDisks(tx, jobId, [
      { ...facts, diskKey: "os" },
      { ...facts, diskKey: "lun-1" },
    ]);
    for (const disk of await listJobDisks(tx, jobId)) {
      await addSegments(tx, disk.id, [
        { segment: 0, extents: [[0, 512, "data"]] },
        { segment: 1, extents: [[512, 512, "data"]] },
      ]);
      await setDiskPlan(tx, disk.id, {
        method: "full",
        notice: notice("segments-left", { segments: 1 }),
        baseNode: null,
        plannedBytes: 1_024,
      });
    }
  });
  const [waiting] = await listWaitingTransfers(prisma, []);
  expect(waiting).toMatchObject({
    jobId,
    class: "backup",
    vmId,
    team: "",
    waiting: 4,
    held: 0,
    leftBytes: 2_048,
    zoned: null,
  });
  const at = new Date();
  const taken = await inTransaction(database.db, (tx) => takeWaitingSegments(tx, jobId, { most: 3, at }));
  expect(taken.map(({ diskKey, segment }) => `${diskKey} ${segment}`).sort()).toEqual([
    "lun-1 0",
    "lun-1 1",
    "os 0",
  ]);
  expect(await countHeldByVm(prisma)).toMatchObject([{ vmId, held: 3 }]);
  expect(await returnSegment(prisma, { jobId, diskKey: "os", segment: 0 })).toBe(true);
  expect(await returnSegment(prisma, { jobId, diskKey: "os", segment: 0 })).toBe(false);
  expect((await listWaitingTransfers(prisma, []))[0]).toMatchObject({ waiting: 2, held: 2, servedAt: at });
  // The update gave out all parts of earlier versions, also those of plans that are not whole yet: no engine moves them.
  await prisma.job.update({ where: { id: jobId }, data: { stage: "plan" } });
  expect(await countHeldByVm(prisma)).toEqual([]);
  await prisma.job.update({ where: { id: jobId }, data: { stage: "transfer" } });
  // A parked or canceled job gives up its slots.
  await prisma.job.update({
    where: { id: jobId },
    data: { capturedAt: at, parkedSince: at, parkedUntil: new Date(Date.now() + 3_600_000), parkedError: {} },
  });
  expect(await listWaitingTransfers(prisma, [])).toEqual([]);
  expect(await countHeldByVm(prisma)).toEqual([]);
  expect(await listRateSamples(prisma, 10)).toEqual([]);
  expect(await countSlots(prisma)).toBe(0);
});
