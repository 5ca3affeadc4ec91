import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { enhancedPolicy, GROUP, MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
afterEach(async () => {
  await world.control.clearFaults();
});
afterAll(async () => {
  await world.stop();
});

describe("a policy that keeps no snapshot", () => {
  it("moves everything at first and only changes later; every point equals its disks", async () => {
    const os = await world.image("std-os", 64 * MIB, [random(0, 3 * MIB), random(33 * MIB + 4096, 70_000)]);
    const data = await world.image("std-data", 40 * MIB, [random(8 * MIB, 2 * MIB)]);
    const vmId = await world.protectedVm({ name: "std", disks: [os, data], policy: standardPolicy });
    const first = await world.backUp(vmId);
    const firstDigests = [await world.diskDigest("std-os"), await world.diskDigest("std-data0")];
    expect([await world.pointDigest(first, "os"), await world.pointDigest(first, "0")]).toEqual(firstDigests);
    expect(first.disks.map((disk) => disk.deltaMethod)).toEqual(["full", "full"]);
    expect(first).toMatchObject({
      consistencyWanted: "file",
      consistencyReached: "file",
      state: "available",
    });
    expect(first.logicalBytes).toBe(BigInt(104 * MIB));
    expect(await world.leftInAzure()).toEqual([]);
    expect((await world.pointOf(first.jobId)).snapshotRemovedAt).not.toBeNull();

    await world.image("std-os", 64 * MIB, [random(1 * MIB, 4096)]);
    await world.control.write({ vm: "std", disk: "os", image: os });
    const second = await world.backUp(vmId);
    expect(second.disks.map((disk) => disk.deltaMethod)).toEqual(["digest-comparison", "digest-comparison"]);
    expect(await world.pointDigest(second, "os")).toBe(await world.diskDigest("std-os"));
    expect(await world.pointDigest(second, "os")).not.toBe(firstDigests[0]);
    expect(await world.pointDigest(first, "os")).toBe(firstDigests[0]);
    expect(Number(second.movedBytes)).toBeLessThanOrEqual(2 * 65_536);
    expect(Number(second.movedBytes)).toBeGreaterThan(0);
    expect(second.disks.find((disk) => disk.diskKey === "0")?.rootDigest).toBe(
      first.disks.find((disk) => disk.diskKey === "0")?.rootDigest,
    );
    expect(await world.leftInAzure()).toEqual([]);
  });

  it("installs the extension only at the first backup, and records it", async () => {
    const image = await world.image("ext", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "ext", disks: [image], policy: standardPolicy });
    await world.backUp(vmId);
    await world.backUp(vmId);
    const installed = await world.db.prisma.ledgerEvent.findMany({
      where: { kind: "extension.installed", vmId },
    });
    expect(installed).toHaveLength(1);
    expect((await world.control.guest("ext")).extensions).toContain("VMSnapshotLinux");
  });

  it("backs up a stopped VM without an extension, file-consistent", async () => {
    const image = await world.image("off", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({
      name: "off",
      stopped: true,
      disks: [image],
      policy: standardPolicy,
    });
    const point = await world.backUp(vmId);
    expect(point).toMatchObject({ consistencyReached: "file", azureConsistency: "crash" });
    expect(await world.steps(point.jobId)).toMatchObject({ extension: { state: "skipped" } });
    expect((await world.control.guest("off")).extensions).toEqual([]);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("off-os"));
    expect(await world.leftInAzure()).toEqual([]);
  });

  it("creates a point of a disk that is all zeros", async () => {
    const image = await world.image("zero", 24 * MIB, []);
    const vmId = await world.protectedVm({ name: "zero", disks: [image], policy: standardPolicy });
    const point = await world.backUp(vmId);
    expect(point.disks[0]?.root).toBeNull();
    expect(point.movedBytes).toBe(0n);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("zero-os"));
  });
});

describe("a policy with instant restore", () => {
  it("keeps the snapshot, and lists the changes of the next backup against it", async () => {
    const image = await world.image("keep", 64 * MIB, [random(0, 4 * MIB)]);
    const vmId = await world.protectedVm({ name: "keep", disks: [image], policy: enhancedPolicy });
    const first = await world.backUp(vmId);
    expect(first.instantRestoreUntil).not.toBeNull();
    expect((await world.control.snapshots()).grants).toEqual([]);
    await world.trustLists(vmId);

    await world.image("keep", 64 * MIB, [
      random(MIB, 65_536),
      { offset: 2 * MIB, bytes: new Uint8Array(MIB) },
    ]);
    await world.control.write({ vm: "keep", disk: "os", image });
    const second = await world.backUp(vmId);
    expect(second.disks[0]).toMatchObject({ deltaMethod: "changed-ranges", deltaReason: null });
    expect(Number(second.readBytes)).toBeLessThan(2 * MIB);
    expect(await world.pointDigest(second, "os")).toBe(await world.diskDigest("keep-os"));
    expect((await world.control.snapshots()).restorePoints).toHaveLength(2);
  });

  it("compares digests, with a reason, when Azure does not list changed ranges", async () => {
    const image = await world.image("refuse", 32 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({ name: "refuse", disks: [image], policy: enhancedPolicy });
    await world.backUp(vmId);
    await world.image("refuse", 32 * MIB, [random(MIB, 100)]);
    await world.control.write({ vm: "refuse", disk: "os", image });
    await world.control.settings({ restorePointDiff: false });
    try {
      const second = await world.backUp(vmId);
      expect(second.disks[0]?.deltaMethod).toBe("digest-comparison");
      expect(second.disks[0]?.deltaReason).toMatch(/changed ranges/);
      expect(await world.pointDigest(second, "os")).toBe(await world.diskDigest("refuse-os"));
      const job = await world.db.prisma.job.findUniqueOrThrow({ where: { id: second.jobId } });
      expect(job.state).toBe("warning");
      expect(job.warnings).toMatchObject([{ code: "DELTA_BASE_INVALID" }]);
    } finally {
      await world.control.settings({ restorePointDiff: true });
    }
  });
});

/** Grows the OS disk of a VM: Azure requires that the VM is deallocated. */
async function growDisk(vm: string, gib: number): Promise<void> {
  const { disks, virtualMachines } = world.owner().compute(CONTOSO_SUBSCRIPTION_ID);
  await virtualMachines.deallocate(GROUP, vm);
  await disks.update(GROUP, `${vm}-os`, { diskSizeGB: gib });
  await virtualMachines.start(GROUP, vm);
}

describe("a VM that changed since the last discovery", () => {
  it("has a grown disk: the backup reads it in full, says why, and updates the inventory", async () => {
    const image = await world.image("grown", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "grown", disks: [image], policy: enhancedPolicy });
    await world.backUp(vmId);
    await growDisk("grown", 2);
    const point = await world.backUp(vmId);
    expect(point.disks).toMatchObject([
      {
        diskBytes: BigInt(2048 * MIB),
        deltaMethod: "digest-comparison",
        deltaReason: "The disk was resized since the previous recovery point.",
        deltaNotice: { code: "delta-disk-resized" },
      },
    ]);
    const vm = await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id: vmId } });
    expect(vm.disks).toMatchObject([{ key: "os", bytes: 2048 * MIB }]);
    const changes = await world.db.prisma.ledgerEvent.findMany({ where: { kind: "vm.changed", vmId } });
    expect(changes.map(({ data }) => data)).toMatchObject([
      { was: { disks: [{ bytes: 24 * MIB }] }, now: { disks: [{ bytes: 2048 * MIB }] } },
    ]);
  });

  it("lost its kept snapshot: job, step and point say why the changes were not listed", async () => {
    const image = await world.image("lost", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "lost", disks: [image], policy: enhancedPolicy });
    const first = await world.backUp(vmId);
    await world.db.prisma.azureResource.updateMany({
      where: { pointId: first.id, kind: "restore-point" },
      data: { state: "removed" },
    });
    const point = await world.backUp(vmId);
    const notice = { code: "delta-snapshot-missing" };
    expect(point.disks).toMatchObject([{ deltaMethod: "digest-comparison", deltaNotice: notice }]);
    const jobDisk = await world.db.prisma.jobDisk.findFirstOrThrow({ where: { jobId: point.jobId } });
    expect(jobDisk).toMatchObject({ deltaMethod: "digest-comparison", deltaNotice: notice });
    const step = await world.db.prisma.jobStep.findFirstOrThrow({
      where: { jobId: point.jobId, name: "plan" },
    });
    expect(step.notice).toMatchObject({ code: "transfer-planned-fallback", params: { fallbackDisks: 1 } });
  });
});

describe("consistency of a Windows VM", () => {
  it("is application; records what changed in the guest, and the reason when VSS fails", async () => {
    const image = await world.image("win", 32 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({
      name: "win",
      os: "windows",
      disks: [image],
      policy: standardPolicy,
    });
    const good = await world.backUp(vmId);
    expect(good).toMatchObject({ consistencyWanted: "application", consistencyReached: "application" });
    const { guestChanges } = await world.db.prisma.protection.findUniqueOrThrow({ where: { vmId } });
    expect(guestChanges).toMatchObject({ vssStartType: "Automatic", iaasVmProviderInstalled: true });
    expect(guestChanges).toHaveProperty("vcRedist2013", expect.stringContaining("12.0.40660"));
    expect(await world.db.prisma.ledgerEvent.count({ where: { kind: "guest.changed", vmId } })).toBe(1);

    await world.control.addFault({ match: { operation: "guest.vss" }, effect: { type: "fail" } });
    const less = await world.backUp(vmId);
    expect(less).toMatchObject({ consistencyWanted: "application", consistencyReached: "file" });
    expect(less.consistencyReason).toMatch(/VSS/);
  });

  it("is crash when the agent is not ready and the policy allows it", async () => {
    const image = await world.image("away", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({
      name: "away",
      os: "windows",
      disks: [image],
      policy: standardPolicy,
    });
    await world.control.setGuest({ vm: "away", agent: "NotReady" });
    const point = await world.backUp(vmId);
    expect(point).toMatchObject({ consistencyReached: "crash" });
    expect(point.consistencyReason).toMatch(/agent/);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("away-os"));
  });

  it("fails the job, which leaves nothing behind, when the policy requires the level", async () => {
    const image = await world.image("strict", 24 * MIB, [random(0, MIB)]);
    const consistency = { wanted: "application", otherwise: "fail", vss: "full" } as const;
    const vmId = await world.protectedVm({
      name: "strict",
      os: "windows",
      disks: [image],
      policy: { ...standardPolicy, consistency },
    });
    await world.control.addFault({ match: { operation: "guest.vss" }, effect: { type: "fail" } });
    const job = await world.ended(await world.startBackup(vmId));
    expect(job).toMatchObject({ state: "failed", error: { code: "CONSISTENCY_NOT_REACHED" } });
    expect(await world.db.prisma.recoveryPoint.count({ where: { vmId } })).toBe(0);
    const { restorePoints } = await world.control.snapshots();
    expect(restorePoints.filter(({ vm }) => vm.toLowerCase().includes("strict"))).toEqual([]);
  });
});

describe("jobs of one VM", () => {
  it("run one at a time", async () => {
    const image = await world.image("once", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "once", disks: [image], policy: standardPolicy });
    const jobId = await world.startBackup(vmId);
    await expect(world.startBackup(vmId)).rejects.toMatchObject({ code: "JOB_ALREADY_RUNNING" });
    await world.ended(jobId);
  });

  it("fail with VM_NOT_FOUND when the VM was deleted, and mark it as deleted", async () => {
    const image = await world.image("gone", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "gone", disks: [image], policy: standardPolicy });
    await world.control.deleteVm("gone");
    const job = await world.ended(await world.startBackup(vmId));
    expect(job).toMatchObject({ state: "failed", error: { code: "VM_NOT_FOUND" } });
    const where = { id: vmId, deletedAt: { not: null } };
    expect(await world.db.prisma.virtualMachine.count({ where })).toBe(1);
    expect(await world.db.prisma.ledgerEvent.count({ where: { vmId, kind: "vm.deleted" } })).toBe(1);
  });
});
