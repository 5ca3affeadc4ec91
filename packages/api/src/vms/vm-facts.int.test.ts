import { newId } from "@kluis/db";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/world.ts";

const api = freshWorld();
const content = new Uint8Array(65536).fill(1);
const keepUntil = new Date(Date.now() + 86_400_000);

/** A recovery point whose snapshot is kept in Azure. */
async function keptPoint(): Promise<{ readonly pointId: string; readonly jobId: string }> {
  const { prisma } = api.world.api.db;
  const pointId = await api.world.addPoint(api.world.commerceVm, content);
  const { jobId } = await prisma.recoveryPoint.update({
    where: { id: pointId },
    data: { instantRestoreUntil: keepUntil, snapshotRemovedAt: null },
  });
  const snapshot = {
    kind: "restore-point",
    resourceId: `/points/${jobId}`,
    state: "created",
    wanted: "kept",
  };
  await prisma.azureResource.create({
    data: { id: newId(), ...snapshot, jobId, vmId: api.world.commerceVm, pointId, keepUntil },
  });
  return { pointId, jobId };
}

test("a snapshot allows instant restore until it is to be removed", async () => {
  const { prisma } = api.world.api.db;
  const { pointId, jobId } = await keptPoint();
  const until = async () => {
    const [row] = (await api.admin.points.list({ vm: "shop-01" })).rows;
    const point = await api.admin.points.get({ point: pointId });
    expect(point.instantRestoreUntil).toBe(row?.instantRestoreUntil);
    return point.instantRestoreUntil;
  };
  expect(await until()).toBe(keepUntil.toISOString());
  await prisma.azureResource.updateMany({ where: { jobId }, data: { wanted: "removed" } });
  expect(await until()).toBeNull();
  await prisma.azureResource.deleteMany({ where: { jobId } });
  await prisma.recoveryPoint.update({ where: { id: pointId }, data: { snapshotRemovedAt: new Date() } });
  expect(await until()).toBeNull();
});

test("the page of a VM lists its snapshots until Azure has removed them", async () => {
  const { prisma } = api.world.api.db;
  const { pointId, jobId } = await keptPoint();
  const snapshots = async () => (await api.admin.vms.get({ vm: "shop-01" })).snapshots;
  expect(await snapshots()).toMatchObject([{ pointId, jobId, wanted: "kept", diskBytes: 65536 }]);
  await prisma.azureResource.updateMany({
    where: { jobId },
    data: { wanted: "removed", reason: "kept-over", tries: 3 },
  });
  expect(await snapshots()).toMatchObject([{ pointId, wanted: "removed", reason: "kept-over", tries: 3 }]);
  await prisma.azureResource.updateMany({ where: { jobId }, data: { state: "removed" } });
  expect(await snapshots()).toEqual([]);
});

test("a snapshot of one disk has the name and the size of that disk", async () => {
  const { prisma } = api.world.api.db;
  const { jobId } = await keptPoint();
  await prisma.azureResource.deleteMany({ where: { jobId } });
  const sizes = { "0": 1_048_576n, "10": 3_145_728n, os: 2_097_152n };
  for (const [diskKey, diskBytes] of Object.entries(sizes)) {
    const disk = { name: `shop-01-${diskKey}`, resourceId: `/disks/${diskKey}`, diskBytes };
    await prisma.jobDisk.create({ data: { id: newId(), jobId, diskKey, ...disk } });
    const resourceId = `/snapshots/kluis-${jobId}-0-${diskKey}`;
    const snapshot = { kind: "snapshot", resourceId, state: "created", wanted: "kept", keepUntil };
    await prisma.azureResource.create({
      data: { id: newId(), ...snapshot, jobId, vmId: api.world.commerceVm },
    });
  }
  const { snapshots } = await api.admin.vms.get({ vm: "shop-01" });
  expect(Object.fromEntries(snapshots.map(({ diskName, diskBytes }) => [diskName, diskBytes]))).toEqual({
    "shop-01-0": 1_048_576,
    "shop-01-10": 3_145_728,
    "shop-01-os": 2_097_152,
  });
  await prisma.azureResource.deleteMany({ where: { jobId } });
});

test("a run of points that are lower than requested ends with one that is not", async () => {
  const { prisma } = api.world.api.db;
  const levels = async (reached: string) => {
    const id = await api.world.addPoint(api.world.commerceVm, content);
    await prisma.recoveryPoint.update({
      where: { id },
      data: { takenAt: new Date(), consistencyWanted: "application", consistencyReached: reached },
    });
    return (await api.admin.vms.get({ vm: "shop-01" })).downgrades;
  };
  expect(await levels("application")).toBeNull();
  expect(await levels("file")).toMatchObject({ points: 1, reached: "file" });
  expect(await levels("crash")).toEqual({ points: 2, wanted: "application", reached: "crash" });
  expect(await levels("application")).toBeNull();
});
