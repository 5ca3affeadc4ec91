import { expect, test } from "vitest";
import { codeOf, eventsOf, freshWorld, queued } from "../../test/world.ts";

const api = freshWorld();

test("verify and delete are jobs; a point that is being deleted cannot be used", async () => {
  const id = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(3));
  const verify = await api.admin.points.verify({ point: id, mode: "full" });
  expect(await api.admin.jobs.get({ job: verify.jobId })).toMatchObject({
    kind: "verify",
    pointId: id,
    parameters: { mode: "full" },
  });
  const removal = await api.admin.points.delete({ point: "shop-01@latest", reason: "no longer needed" });
  expect(removal.pointId).toBe(id);
  expect(await api.admin.points.get({ point: id })).toMatchObject({
    state: "deleting",
    can: { download: false, delete: false },
  });
  expect(await codeOf(api.admin.points.delete({ point: id, reason: "once more" }))).toBe("POINT_NOT_FOUND");
  expect(await codeOf(api.admin.restores.plan({ point: id, disk: "os", name: "x" }))).toBe("POINT_NOT_FOUND");
  expect((await eventsOf(api.owner, "shop-01")).slice(-2)).toEqual(["job.created", "point.delete-asked"]);
  expect(await queued(api.world)).toEqual(expect.arrayContaining(["verify.run", "point.delete"]));
});

test("a point is the only one while its VM has no other available point", async () => {
  const { admin, world } = api;
  const isOnly = async (point: string): Promise<boolean> => (await admin.points.get({ point })).isOnly;
  const first = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(5));
  expect(await isOnly(first)).toBe(true);
  const second = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(6));
  await world.addPoint(world.platformVm, new Uint8Array(65536).fill(7));
  expect([await isOnly(first), await isOnly(second)]).toEqual([false, false]);
  await world.api.db.prisma.recoveryPoint.update({ where: { id: first }, data: { state: "damaged" } });
  expect([await isOnly(first), await isOnly(second)]).toEqual([false, true]);
  await admin.points.delete({ point: second, reason: "no longer needed" });
  expect(await isOnly(second)).toBe(false);
});

test("a notice of another version hides its translation only: lists and details keep the English text", async () => {
  const { admin, world } = api;
  const { prisma } = world.api.db;
  const id = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(9));
  const notice = { code: "a-code-of-another-version", params: {} };
  await prisma.recoveryPoint.update({
    where: { id },
    data: { consistencyReason: "In English.", consistencyNotice: notice },
  });
  await prisma.recoveryPointDisk.updateMany({ where: { pointId: id }, data: { deltaNotice: notice } });
  const { jobId } = await admin.points.get({ point: id });
  const step = {
    id: jobId,
    jobId,
    name: "prepare",
    ordinal: 0,
    state: "done",
    message: "In English.",
    notice,
  };
  await prisma.jobStep.create({ data: step });

  const { rows } = await admin.points.list({ vm: "shop-01" });
  expect(rows.find((row) => row.id === id)).toMatchObject({
    consistencyReason: "In English.",
    consistencyNotice: null,
  });
  const point = await admin.points.get({ point: id });
  expect(point.disks).toMatchObject([{ deltaNotice: null }]);
  const { steps } = await admin.jobs.get({ job: jobId });
  expect(steps).toMatchObject([{ message: "In English.", notice: null }]);
});
