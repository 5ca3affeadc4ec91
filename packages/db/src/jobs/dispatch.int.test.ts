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
  returnSegments,
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
  const lost = [
    { diskKey: "os", segment: 0 },
    { diskKey: "lun-1", segment: 7 },
  ];
  expect(await returnSegments(prisma, jobId, lost)).toBe(1);
  expect(await returnSegments(prisma, jobId, lost)).toBe(0);
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

async function addWaiting(kind: "backup" | "restore-disk" | "copy-point", vmId: string): Promise<string> {
  const { prisma } = database.db;
  const jobId = crypto.randomUUID();
  const of = { id: jobId, kind, vmId, state: "running", stage: "transfer", trigger: "manual", actor: {} };
  await prisma.job.create({ data: { ...of, startedAt: new Date() } });
  const disk = { name: "d", resourceId: "/d", diskUniqueId: "u", sku: "Premium_LRS", diskBytes: 1_024 };
  await addJobDisks(prisma, jobId, [{ ...disk, diskKey: "os" }]);
  for (const { id } of await listJobDisks(prisma, jobId))
    await addSegments(prisma, id, [{ segment: 0, extents: [[0, 512, "data"]] }]);
  return jobId;
}

async function addTeamOf(kind: "subscription" | "resource-group", subscriptionId: string): Promise<string> {
  const id = crypto.randomUUID();
  const resourceGroup = kind === "subscription" ? null : "own-rg";
  const scope = { id: crypto.randomUUID(), kind, subscriptionId, resourceGroup };
  await database.db.prisma.team.create({ data: { id, name: id, slug: id, scopes: { create: scope } } });
  return id;
}

test("more transfers than one round reads are cut evenly: restores leave room for backups", async () => {
  const { prisma } = database.db;
  const vmId = await addVm(database.db, systemClock, vmFacts("even-01"));
  await Promise.all([1, 2, 3].map(() => addWaiting("restore-disk", vmId)));
  await addWaiting("backup", vmId);
  const classes = (await listWaitingTransfers(prisma, [], 2)).map((one) => one.class);
  expect(classes.toSorted()).toEqual(["backup", "restore"]);
});

test("a VM of several teams counts for the one with the narrowest scope, whatever their ids", async () => {
  const { prisma } = database.db;
  const facts = { ...vmFacts("shared-01"), resourceGroup: "own-rg" };
  const vmId = await addVm(database.db, systemClock, facts);
  const { subscriptionId } = await prisma.virtualMachine.findUniqueOrThrow({ where: { id: vmId } });
  await Promise.all([1, 2, 3].map(() => addTeamOf("subscription", subscriptionId)));
  const owner = await addTeamOf("resource-group", subscriptionId);
  await Promise.all([1, 2, 3].map(() => addTeamOf("subscription", subscriptionId)));
  const jobId = await addWaiting("backup", vmId);
  const found = (await listWaitingTransfers(prisma, [])).find((one) => one.jobId === jobId);
  expect(found?.team).toBe(owner);
});

test("the parts of a second copy have a separate class, also while they hold slots", async () => {
  const { prisma } = database.db;
  const vmId = await addVm(database.db, systemClock, vmFacts("copied-01"));
  const jobId = await addWaiting("copy-point", vmId);
  expect(await listWaitingTransfers(prisma, [])).toContainEqual(
    expect.objectContaining({ jobId, class: "copy", zoned: null }),
  );
  await addWaiting("backup", vmId);
  await prisma.jobSegment.updateMany({ where: { disk: { job: { vmId } } }, data: { state: "running" } });
  const held = (await countHeldByVm(prisma)).filter((one) => one.vmId === vmId);
  expect(new Map(held.map((one) => [one.class, one.held]))).toEqual(
    new Map([
      ["backup", 1],
      ["copy", 1],
    ]),
  );
});
