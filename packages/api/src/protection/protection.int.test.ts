import { inTransaction } from "@kluis/db";
import { expect, test } from "vitest";
import { approveAs, codeOf, errorOf, eventsOf, freshWorld, queued } from "../../test/world.ts";
import { addVm, vmDisk } from "../testing.ts";

const api = freshWorld();

test("protection starts the first backup in one transaction with its event and task", async () => {
  const answer = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  expect(answer).toMatchObject({
    vm: { name: "shop-01" },
    policy: { name: "standard-daily" },
    excludedDisks: [],
  });
  const vm = await api.admin.vms.get({ vm: "shop-01" });
  expect(vm).toMatchObject({
    status: "waiting",
    activeJob: { id: answer.jobId, kind: "backup", state: "queued" },
    protection: { state: "active", policy: { name: "standard-daily" } },
    can: { backup: true, protect: true, deletePoints: true },
  });
  expect(await eventsOf(api.owner, "shop-01")).toEqual(["vm.protected", "job.created"]);
  expect(await queued(api.world)).toEqual(["backup.advance"]);
  const job = await api.admin.jobs.get({ job: answer.jobId ?? "" });
  expect(job).toMatchObject({
    trigger: "protect",
    policy: { name: "standard-daily", version: 1 },
    can: { cancel: true },
  });
});

test("a change of policy starts no second backup and keeps the excluded disks", async () => {
  await inTransaction(api.world.api.db, (tx) =>
    addVm(tx, {
      name: "db-01",
      resourceGroup: "commerce-rg",
      disks: [vmDisk(), vmDisk({ key: "0", name: "data" }), vmDisk({ key: "1", name: "tmp" })],
    }),
  );
  await api.admin.protection.set({ vm: "db-01", policy: "standard-daily", excludedDisks: ["1"] });
  const second = await api.admin.protection.set({ vm: "db-01", policy: "enhanced-4h" });
  expect(second).toMatchObject({ policy: { name: "enhanced-4h" }, excludedDisks: ["1"], jobId: null });
  expect(await queued(api.world)).toEqual(["backup.advance"]);
  expect(await eventsOf(api.owner, "db-01")).toEqual(["vm.protected", "job.created", "protection.changed"]);
  expect(
    await codeOf(api.admin.protection.set({ vm: "db-01", policy: "enhanced-4h", excludedDisks: ["7"] })),
  ).toBe("DISK_NOT_FOUND");
  const all = { vm: "db-01", policy: "enhanced-4h", excludedDisks: ["os", "0", "1"] };
  expect(await codeOf(api.admin.protection.set(all))).toBe("INPUT_INVALID");
});

test("a VM whose connection is disabled is not put under a policy; its policy can change", async () => {
  await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const { prisma } = api.world.api.db;
  await inTransaction(api.world.api.db, (tx) => addVm(tx, { name: "web-02", resourceGroup: "commerce-rg" }));
  await prisma.azureConnection.updateMany({ data: { state: "disabled" } });
  const error = await errorOf(api.admin.protection.set({ vm: "web-02", policy: "standard-daily" }));
  expect(error).toMatchObject({ cause: { code: "CONNECTION_UNUSABLE", reason: "disabled" } });
  expect(await prisma.protection.count()).toBe(1);
  const changed = await api.admin.protection.set({ vm: "shop-01", policy: "enhanced-4h" });
  expect(changed).toMatchObject({ policy: { name: "enhanced-4h" }, jobId: null });
});

test("protection names the reason when no disk can be backed up", async () => {
  await inTransaction(api.world.api.db, (tx) =>
    addVm(tx, {
      name: "ultra-01",
      resourceGroup: "commerce-rg",
      disks: [vmDisk({ unsupported: "Ultra disks have no restore points." })],
    }),
  );
  const error = await errorOf(api.admin.protection.set({ vm: "ultra-01", policy: "standard-daily" }));
  expect(error).toMatchObject({ cause: { code: "DISK_NOT_SUPPORTED", params: { vm: "ultra-01" } } });
  expect(String(error)).toContain("Ultra disks have no restore points.");
  expect(await queued(api.world)).toEqual([]);
});

test("stopping protection keeps the data", async () => {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  await api.world.endJob(jobId ?? "", "succeeded");
  await api.admin.protection.stop({ vm: "shop-01", reason: "moved away" });
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({
    status: "stopped",
    protection: { nextRunAt: null },
  });
  expect(await codeOf(api.admin.protection.stop({ vm: "shop-01" }))).toBe("VM_NOT_PROTECTED");
  expect(await codeOf(api.admin.backup.start({ vm: "shop-01" }))).toBe("VM_NOT_PROTECTED");
});

test("stopping protection deletes the points when another person approves it, and they can be brought back", async () => {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  await api.world.endJob(jobId ?? "", "succeeded");
  const pointId = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(1));
  const pinned = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(2));
  const { prisma } = api.world.api.db;
  await prisma.recoveryPoint.update({ where: { id: pinned }, data: { pinnedAt: new Date() } });
  const states = async () =>
    (await prisma.recoveryPoint.findMany({ orderBy: { createdAt: "asc" } })).map(({ state }) => state);
  const stop = (confirm: string, reason = "moved away") =>
    api.admin.protection.stop({ vm: "shop-01", reason, deletePoints: { confirm } });
  expect(await codeOf(stop("shop-02"))).toBe("INPUT_INVALID");
  expect(await codeOf(stop("shop-01", ""))).toBe("INPUT_INVALID");
  expect(await states()).toEqual(["available", "available"]);
  const asked = await stop("shop-01");
  expect(asked).toMatchObject({ deleted: null, requested: { existed: false } });
  // Until another person approves, the backups continue.
  expect(await states()).toEqual(["available", "available"]);
  expect(await api.admin.vms.get({ vm: "shop-01" })).not.toMatchObject({ status: "stopped" });
  const effect = { vms: 1, points: 1, pinned: 1, lastGood: 0, undoDays: 14 };
  expect(await approveAs(await api.as("secondAdmin"), asked)).toMatchObject({ state: "executed", effect });
  expect((await states()).toSorted()).toEqual(["available", "soft-deleted"]);
  const events = await prisma.ledgerEvent.findMany({
    where: { kind: { in: ["protection.stopped", "point.soft-deleted"] } },
    orderBy: { seq: "asc" },
  });
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ data: { dataKept: false, deleted: { points: 1 } } });
  expect(await codeOf(stop("shop-01"))).toBe("VM_NOT_PROTECTED");
  await api.admin.points.undelete({ point: pointId });
  expect(await states()).toEqual(["available", "available"]);
});

test("a change whose event cannot be written is rolled back", async () => {
  await api.world.api.db.pool.query(
    `ALTER TABLE "LedgerEvent" ADD CONSTRAINT closed CHECK (kind <> 'vm.protected') NOT VALID`,
  );
  expect(await codeOf(api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" }))).toBe(
    "INTERNAL",
  );
  expect(await api.admin.vms.get({ vm: "shop-01" })).toMatchObject({
    status: "unprotected",
    activeJob: null,
  });
  expect(await queued(api.world)).toEqual([]);
});
