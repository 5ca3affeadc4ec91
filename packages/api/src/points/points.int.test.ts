import { newId } from "@kluis/db";
import { expect, test } from "vitest";
import { approveAs, codeOf, eventsOf, freshWorld, queued } from "../../test/world.ts";

const api = freshWorld();

test("verify is a job; a deleted point cannot be used, and comes back whole", async () => {
  const id = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(3));
  const verify = await api.admin.points.verify({ point: id, mode: "full" });
  expect(await api.admin.jobs.get({ job: verify.jobId })).toMatchObject({
    kind: "verify",
    pointId: id,
    parameters: { mode: "full" },
  });
  const { admin } = api;
  const asked = await admin.points.delete({ points: ["shop-01@latest"], reason: "no longer needed" });
  expect(await admin.points.get({ point: id })).toMatchObject({ state: "available" });
  const done = await approveAs(await api.as("secondAdmin"), asked);
  expect(done).toMatchObject({ state: "executed", effect: { points: 1, vms: 1, lastGood: 1, undoDays: 14 } });
  const { purgeAt } = await admin.points.get({ point: id });
  const left = new Date(purgeAt ?? 0).getTime() - Date.now();
  expect(Math.round(left / 86_400_000)).toBe(14);
  const gone = await admin.points.get({ point: id });
  expect(gone).toMatchObject({
    state: "soft-deleted",
    deletedBy: { kind: "person" },
    deleteReason: "no longer needed",
    can: { download: false, restore: false, verify: false, delete: false, pin: false, undelete: true },
  });
  const again = { point: id, reason: "once more" };
  expect(await codeOf(admin.points.delete({ points: [id], reason: "once more" }))).toBe("POINT_NOT_FOUND");
  expect(await codeOf(admin.points.pin(again))).toBe("POINT_NOT_FOUND");
  expect(await codeOf(admin.points.verify({ point: id }))).toBe("POINT_NOT_FOUND");
  expect(await codeOf(admin.restores.plan({ point: id, disk: "os", name: "x" }))).toBe("POINT_NOT_FOUND");
  expect(await admin.vms.get({ vm: "shop-01" })).toMatchObject({
    pointCount: 0,
    softDeletedCount: 1,
    undoUntil: purgeAt,
    pinnedCount: 0,
  });
  expect(await admin.overview.get()).toMatchObject({
    storage: { points: 0, softDeletedPoints: 1, undoUntil: purgeAt, pinnedPoints: 0 },
  });
  expect((await admin.points.list({ state: ["soft-deleted"] })).rows).toMatchObject([{ id, purgeAt }]);
  await admin.points.undelete({ point: id });
  expect(await admin.points.get({ point: id })).toMatchObject({
    state: "available",
    deletedAt: null,
    purgeAt: null,
    can: { download: true, delete: true, undelete: false },
  });
  expect(await codeOf(admin.points.undelete({ point: id }))).toBe("CONFLICT");
  expect(await eventsOf(api.owner, "shop-01")).toEqual([
    "job.created",
    "point.soft-deleted",
    "point.undeleted",
  ]);
  expect(await queued(api.world)).not.toContain("point.delete");
});

test("no policy removes at once: a day is the least", async () => {
  const { owner, world } = api;
  const id = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(3));
  const [first] = await owner.policies.list();
  if (first === undefined) throw new Error("there is a policy");
  const create = (softDeleteDays: number) =>
    owner.policies.create({ name: "short-undo", document: { ...first.document, softDeleteDays } });
  expect(await codeOf(create(0))).toBe("INPUT_INVALID");
  await create(1);
  await owner.protection.set({ vm: "shop-01", policy: "short-undo" });
  expect(await owner.points.get({ point: id })).toMatchObject({ softDeleteDays: 1 });
  const asked = await owner.points.delete({ points: [id], reason: "no longer needed" });
  const done = await approveAs(await api.as("secondOwner"), asked);
  expect(done).toMatchObject({ state: "executed", effect: { undoDays: 1 } });
  const { purgeAt } = await owner.points.get({ point: id });
  expect(new Date(purgeAt ?? 0).getTime() - Date.now()).toBeGreaterThan(86_400_000 - 60_000);
  expect(await owner.points.get({ point: id })).toMatchObject({ state: "soft-deleted" });
  await owner.points.undelete({ point: id });
});

test("a pinned point cannot be deleted until it is unpinned", async () => {
  const { admin, owner, world } = api;
  const id = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(3));
  await admin.points.pin({ point: id, reason: "case 4711" });
  expect(await admin.points.get({ point: id })).toMatchObject({
    pinReason: "case 4711",
    pinnedBy: { kind: "person" },
    can: { delete: false, pin: false, unpin: true },
  });
  expect((await admin.points.list({ pinned: true })).rows.map((row) => row.id)).toEqual([id]);
  expect(await codeOf(admin.points.delete({ points: [id], reason: "no longer needed" }))).toBe("CONFLICT");
  expect(await codeOf(admin.points.pin({ point: id, reason: "again" }))).toBe("CONFLICT");
  const second = await api.as("secondAdmin");
  await approveAs(second, await admin.points.unpin({ point: id, reason: "the case is closed" }));
  expect(await codeOf(admin.points.unpin({ point: id, reason: "again" }))).toBe("CONFLICT");
  expect(await admin.points.get({ point: id })).toMatchObject({ pinnedAt: null, pinnedBy: null });
  await approveAs(second, await admin.points.delete({ points: [id], reason: "no longer needed" }));
  expect(await eventsOf(owner, "shop-01")).toEqual(["point.pinned", "point.unpinned", "point.soft-deleted"]);
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
  const asked = await admin.points.delete({ points: [second], reason: "no longer needed" });
  await approveAs(await api.as("secondAdmin"), asked);
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

test("the list of a vault has what it holds, second copies too", async () => {
  const { owner, world } = api;
  const first = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(3));
  const copy = await world.addPoint(world.commerceVm, new Uint8Array(65536).fill(4));
  const { vault } = await owner.points.get({ point: first });
  const { prisma } = world.api.db;
  const { id: second } = await prisma.vault.create({
    data: { id: newId(), name: "second", kind: "folder", folder: "second" },
  });
  await prisma.recoveryPoint.update({ where: { id: copy }, data: { vaultId: second, copyOf: first } });
  const listed = async (filter: { readonly vault?: string }): Promise<readonly string[]> =>
    (await owner.points.list(filter)).rows.map(({ id }) => id);
  expect(await listed({})).toEqual([first]);
  expect(await listed({ vault: vault.id })).toEqual([first]);
  expect(await listed({ vault: second })).toEqual([copy]);
  expect((await (await world.as("platformReader")).points.list({ vault: second })).rows).toEqual([]);
});
