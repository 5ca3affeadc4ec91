/** Snapshots of single disks: for stopped VMs that cannot have a restore point, and as the base of the next delta. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askJobToCancel, inTransaction } from "@kluis/db";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { parseNodeRef } from "@kluis/vault";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { endKeptSnapshots } from "../src/upkeep/kept-snapshots.ts";
import { sweepAzure } from "../src/upkeep/sweep.ts";
import { attachFast, backUpWhile, holdOnce } from "./meanwhile.ts";
import { enhancedPolicy, GROUP, MIB, type PointRow, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
let made = 0;
const azure = () => world.owner().compute(CONTOSO_SUBSCRIPTION_ID);

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());
beforeEach(() => world.control.clearFaults());

interface Made {
  readonly name: string;
  readonly id: string;
}

/** Azure creates no crash-consistent restore point of this size. */
const NO_PREMIUM = "Standard_D2_v5";

async function stoppedVm(
  options: { readonly size?: string; readonly disks?: number; readonly keeps?: boolean } = {},
): Promise<Made> {
  const { size = NO_PREMIUM, disks = 1, keeps = false } = options;
  const name = `each${++made}`;
  const images: string[] = [];
  for (let at = 0; at < disks; at++)
    images.push(await world.image(`${name}-${at}`, 24 * MIB, [random(at * MIB, MIB)]));
  const policy = keeps ? enhancedPolicy : standardPolicy;
  return { name, id: await world.protectedVm({ name, stopped: true, size, disks: images, policy }) };
}

const held = (operation: string) => holdOnce(world, operation);
const backedUpWhile = (vmId: string, operation: string, act: () => Promise<unknown>) =>
  backUpWhile(world, vmId, { operation, act, pass: () => world.clock.jump({ minutes: 2 }) });

async function expectExact(point: PointRow): Promise<void> {
  for (const { diskKey, name } of point.disks)
    expect(await world.pointDigest(point, diskKey)).toBe(await world.diskDigest(name));
}

/** A grown disk: what its image has, then zeros to its new end. */
async function expectGrown(point: PointRow, { name }: Pick<Made, "name">): Promise<void> {
  const [disk] = point.disks;
  if (disk === undefined) throw new Error("The point has no disk.");
  const root = disk.root === null ? null : parseNodeRef(disk.root);
  const size = Number(disk.diskBytes);
  const reader = (await engine.deps.vaults.open(point.vaultId)).vault.openDisk(root, size);
  const read = async (offset: number) =>
    Buffer.from(await reader.read(offset, 4 * MIB, AbortSignal.timeout(60_000)));
  const image = await readFile(join(world.stack.folder, `${name}-0.raw`));
  for (let at = 0; at < image.length; at += 4 * MIB)
    expect((await read(at)).equals(image.subarray(at, at + 4 * MIB))).toBe(true);
  for (const at of [image.length, size - 4 * MIB])
    expect((await read(at)).equals(Buffer.alloc(4 * MIB))).toBe(true);
}

const snapshotsOf = async (vm: Made) =>
  (await world.control.snapshots()).snapshots.filter(({ disk }) => disk.includes(`/${vm.name}-`));
const rowsOf = (jobId: string) =>
  world.db.prisma.azureResource.findMany({
    where: { jobId, kind: "snapshot" },
    orderBy: { resourceId: "asc" },
  });
const stepOf = (jobId: string, name: string) =>
  world.db.prisma.jobStep.findFirstOrThrow({ where: { jobId, name } });

describe("a stopped VM that cannot have a restore point", () => {
  it("because of its size: each disk has a snapshot, the point is exact, and nothing is left", async () => {
    const vm = await stoppedVm({ disks: 2 });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyWanted: "file",
      consistencyReached: "file",
      consistencyReason: null,
      azureConsistency: "crash",
      capturedBy: "disk-snapshots",
      capturedNotice: { code: "captured-by-disk-size", params: { size: NO_PREMIUM } },
    });
    expect(point.disks).toHaveLength(2);
    await expectExact(point);
    const step = await stepOf(point.jobId, "snapshot");
    expect(step.notice).toMatchObject({
      code: "disk-snapshots-created",
      params: { disks: 2, consistency: "file" },
    });
    expect(step.detail).toMatchObject({
      capturedBy: "disk-snapshots",
      powerStates: ["deallocated", "deallocated", "deallocated"],
    });
    await world.reconciled();
    expect(await snapshotsOf(vm)).toEqual([]);
    expect((await rowsOf(point.jobId)).map(({ state, reason }) => [state, reason])).toEqual([
      ["removed", "copied"],
      ["removed", "copied"],
    ]);
    expect((await world.pointOf(point.jobId)).snapshotRemovedAt).not.toBeNull();
  });

  it("with all its disks, because of a Premium SSD v2: each has a snapshot, read when its copy has ended", async () => {
    const name = `each${++made}`;
    const disks = [await world.image(`${name}-0`, 24 * MIB, [random(MIB, MIB)])];
    const id = await world.protectedVm({ name, stopped: true, zones: ["1"], disks, policy: standardPolicy });
    await attachFast(world, name);
    const point = await world.backUp(id);
    expect(point).toMatchObject({
      consistencyReached: "file",
      capturedBy: "disk-snapshots",
      capturedNotice: { code: "captured-by-disk-kind", params: { disks: `${name}-fast` } },
    });
    expect(point.disks.map(({ diskKey }) => diskKey).toSorted()).toEqual(["3", "os"]);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${name}-os`));
  });

  it("because a policy of Azure denies it: the point says so", async () => {
    const vm = await stoppedVm({ size: "Standard_D2s_v5" });
    await world.control.addFault({
      match: { operation: "restorePoints.create" },
      effect: {
        type: "fail",
        status: 403,
        code: "RequestDisallowedByPolicy",
        message: "No restore points here.",
      },
    });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyReached: "file",
      capturedBy: "disk-snapshots",
      capturedNotice: { code: "snapshot-policy-denied" },
    });
    await expectExact(point);
  });

  it("keeps them for instant restore, although the restore point of an earlier try was never made", async () => {
    const vm = await stoppedVm({ size: "Standard_D2s_v5", keeps: true });
    await world.control.addFault({
      match: { operation: "restorePoints.create" },
      effect: { type: "fail", status: 403, code: "RequestDisallowedByPolicy", message: "No restore points." },
    });
    const { id, jobId } = await world.backUp(vm.id);
    const { prisma } = world.db;
    await world.until("the restore point is gone", 30_000, async () => {
      const where = { jobId, kind: "restore-point", state: "removed" };
      return (await prisma.azureResource.count({ where })) > 0 ? true : null;
    });
    expect(await rowsOf(jobId)).toMatchObject([{ state: "created", wanted: "kept" }]);
    expect(await prisma.recoveryPoint.findUniqueOrThrow({ where: { id } })).toMatchObject({
      snapshotRemovedAt: null,
    });
  });

  it("because it has as many as Azure allows: the point says so", async () => {
    const vm = await stoppedVm({ size: "Standard_D2s_v5" });
    await world.control.addFault({
      match: { operation: "work:restorePoints.create" },
      effect: {
        type: "fail",
        status: 400,
        code: "VMRestorePointClientError",
        message: "The number of restore points for a VM cannot exceed 500.",
      },
    });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      capturedBy: "disk-snapshots",
      capturedNotice: { code: "restore-points-full" },
    });
  });

  it("whose disk has as many snapshots as Azure allows: the job fails with that reason and leaves nothing", async () => {
    const vm = await stoppedVm({ disks: 2 });
    await world.control.addFault({
      match: { operation: "snapshots.createOrUpdate", path: "-os$" },
      effect: {
        type: "fail",
        status: 409,
        code: "OperationNotAllowed",
        message: "The disk cannot have more than 500 incremental snapshots.",
      },
    });
    const job = await world.ended(await world.startBackup(vm.id));
    expect(job).toMatchObject({
      state: "failed",
      error: { code: "AZURE_LIMIT_REACHED", reason: "snapshots" },
    });
    await world.reconciled();
    expect(await snapshotsOf(vm)).toEqual([]);
  });
});

describe("a VM that changes while its disks are captured", () => {
  it("is started: its snapshots are not used, and the next try asks its guest", async () => {
    const vm = await stoppedVm({ disks: 2 });
    const point = await backedUpWhile(vm.id, "snapshots.createOrUpdate", () =>
      azure().virtualMachines.start(GROUP, vm.name),
    );
    expect(point).toMatchObject({
      consistencyReached: "file",
      capturedBy: "restore-point",
      capturedNotice: null,
    });
    const step = await stepOf(point.jobId, "snapshot");
    expect(step.detail).toMatchObject({ attempts: [{ request: "disks", failure: "vm-changed" }] });
    await world.reconciled();
    expect(await snapshotsOf(vm)).toEqual([]);
    expect((await rowsOf(point.jobId)).map(({ reason }) => reason)).toEqual(["replaced", "replaced"]);
  });

  it("is started and stopped again: the disks of the next try are of one instant", async () => {
    const vm = await stoppedVm({ disks: 2 });
    const point = await backedUpWhile(vm.id, "snapshots.createOrUpdate", async () => {
      await azure().virtualMachines.start(GROUP, vm.name);
      await world.control.write({
        vm: vm.name,
        disk: "os",
        image: await world.image(`${vm.name}-later`, 24 * MIB, [random(3 * MIB, MIB)]),
      });
      await azure().virtualMachines.deallocate(GROUP, vm.name);
    });
    expect(point).toMatchObject({ consistencyReached: "file", capturedBy: "disk-snapshots" });
    const step = await stepOf(point.jobId, "snapshot");
    expect(step.detail).toMatchObject({ attempts: [{ request: "disks", failure: "vm-changed" }] });
    await expectExact(point);
    await world.reconciled();
    expect(await snapshotsOf(vm)).toEqual([]);
  });

  it("gets a larger disk: the point has the disk as it was captured", async () => {
    const vm = await stoppedVm();
    const point = await backedUpWhile(vm.id, "snapshots.createOrUpdate", () =>
      azure().disks.update(GROUP, `${vm.name}-os`, { diskSizeGB: 2 }),
    );
    expect(point.disks[0]?.diskBytes).toBe(BigInt(2048 * MIB));
    expect(await stepOf(point.jobId, "snapshot")).toMatchObject({
      detail: { changed: [{ key: "os", change: "resized" }] },
    });
    await expectGrown(point, vm);
  });
});

it("a backup whose engine ends between two disks continues with the same snapshots", async () => {
  const vm = await stoppedVm({ disks: 2 });
  await world.control.addFault({
    match: { operation: "snapshots.createOrUpdate" },
    effect: { type: "throttle", retryAfterSeconds: 60 },
    skip: 1,
    times: 1,
  });
  const jobId = await world.startBackup(vm.id);
  await world.until("one snapshot of two", 30_000, async () =>
    (await snapshotsOf(vm)).length === 1 ? true : null,
  );
  await world.clock.advance({ seconds: 1 });
  for (const one of world.engines.splice(0)) await one.stop();
  engine = await world.startEngine();
  await world.clock.jump({ minutes: 2 });
  expect(await world.ended(jobId)).toMatchObject({ state: "succeeded" });
  const point = await world.pointOf(jobId);
  expect(point).toMatchObject({ capturedBy: "disk-snapshots" });
  expect(await rowsOf(jobId)).toHaveLength(2);
  await expectExact(point);
  await world.reconciled();
  expect(await snapshotsOf(vm)).toEqual([]);
});

it("a disk snapshot with the tags of Kluis and without an owner is found and removed; others stay", async () => {
  const vm = await stoppedVm();
  const disk = await azure().disks.get(GROUP, `${vm.name}-os`);
  const body = (tags: Record<string, string>) => ({
    location: "westeurope",
    incremental: true,
    creationData: { createOption: "Copy", sourceResourceId: disk.id ?? "" },
    tags,
  });
  const { snapshots } = azure();
  const own = { "kluis-installation": engine.deps.installationId, "kluis-job": crypto.randomUUID() };
  await snapshots.createOrUpdate(GROUP, `${vm.name}-lost`, body(own));
  await snapshots.createOrUpdate(GROUP, `${vm.name}-foreign`, body({ "kluis-installation": "another" }));
  await world.clock.jump({ days: 2 });
  await sweepAzure(engine.deps, { signal: AbortSignal.timeout(60_000) });
  await world.reconciled();
  expect((await snapshotsOf(vm)).map(({ name }) => name)).toEqual([`${vm.name}-foreign`]);
  await snapshots.delete(GROUP, `${vm.name}-foreign`);
});

it("a canceled backup leaves no disk snapshot", async () => {
  const vm = await stoppedVm({ disks: 2 });
  await held("snapshots.createOrUpdate");
  const jobId = await world.startBackup(vm.id);
  await world.clock.advance({ seconds: 1 });
  await inTransaction(world.db, (tx) => askJobToCancel(tx, { id: jobId, kind: "backup" }, world.clock));
  await world.clock.jump({ minutes: 2 });
  expect(await world.ended(jobId)).toMatchObject({ state: "cancelled" });
  await world.reconciled();
  expect(await snapshotsOf(vm)).toEqual([]);
});

describe("kept disk snapshots", () => {
  it("are the base of the next delta, under the same trust as other lists, and the bytes are exact", async () => {
    const vm = await stoppedVm({ disks: 2, keeps: true });
    const first = await world.backUp(vm.id);
    expect(await snapshotsOf(vm)).toHaveLength(2);
    const change = async (at: number) =>
      world.control.write({
        vm: vm.name,
        disk: "os",
        image: await world.image(`${vm.name}-0`, 24 * MIB, [random(at * MIB, 64 * 1024)]),
      });
    await change(5);
    const second = await world.backUp(vm.id);
    const deltaOf = (point: PointRow) =>
      point.disks.map(({ deltaMethod, deltaNotice }) => [deltaMethod, deltaNotice]);
    expect(deltaOf(first).map(([method]) => method)).toEqual(["full", "full"]);
    // The first lists are confirmed by comparing all blocks.
    expect(deltaOf(second)).toMatchObject([
      ["digest-comparison", { code: "delta-confirming" }],
      ["digest-comparison", { code: "delta-confirming" }],
    ]);
    await world.trustLists(vm.id);
    await change(9);
    const third = await world.backUp(vm.id);
    expect(deltaOf(third)).toEqual([
      ["changed-ranges", null],
      ["changed-ranges", null],
    ]);
    expect(third.disks.reduce((sum, { readBytes }) => sum + Number(readBytes), 0)).toBeLessThan(4 * MIB);
    for (const point of [second, third]) expect(point.capturedBy).toBe("disk-snapshots");
    await expectExact(third);
    // The newest stay as the base of the next delta when their time is over, and the others go.
    await world.clock.jump({ days: 3 });
    await endKeptSnapshots(engine.deps, AbortSignal.timeout(30_000));
    await world.reconciled();
    const left = (await snapshotsOf(vm)).map(({ id }) => id.toLowerCase());
    expect(left.toSorted()).toEqual((await rowsOf(third.jobId)).map(({ resourceId }) => resourceId));
  });

  it("of another kind than the new snapshot are not compared with it", async () => {
    const vm = await stoppedVm({ size: "Standard_D2s_v5", keeps: true });
    expect(await world.backUp(vm.id)).toMatchObject({ capturedBy: "restore-point" });
    await world.control.addFault({
      match: { operation: "restorePoints.create" },
      effect: {
        type: "fail",
        status: 403,
        code: "RequestDisallowedByPolicy",
        message: "No restore points here.",
      },
    });
    const point = await world.backUp(vm.id);
    expect(point.disks[0]).toMatchObject({
      deltaMethod: "digest-comparison",
      deltaNotice: { code: "delta-snapshot-other-kind" },
    });
    await expectExact(point);
  });

  it("that someone removed in Azure: digests are compared, and the point says why", async () => {
    const vm = await stoppedVm({ keeps: true });
    await world.backUp(vm.id);
    await world.trustLists(vm.id);
    for (const { name } of await snapshotsOf(vm)) await azure().snapshots.delete(GROUP, name);
    const point = await world.backUp(vm.id);
    expect(point.disks[0]).toMatchObject({
      deltaMethod: "digest-comparison",
      deltaNotice: { code: "delta-snapshot-unreadable" },
    });
    await expectExact(point);
  });
});

it("a restore point of a disk that grew meanwhile has the captured size", async () => {
  const name = `each${++made}`;
  const disks = [await world.image(`${name}-0`, 24 * MIB, [random(MIB, MIB)])];
  const id = await world.protectedVm({ name, stopped: true, disks, policy: standardPolicy });
  const point = await backedUpWhile(id, "restorePointCollections.createOrUpdate", () =>
    azure().disks.update(GROUP, `${name}-os`, { diskSizeGB: 2 }),
  );
  expect(point).toMatchObject({ capturedBy: "restore-point" });
  expect(point.disks[0]?.diskBytes).toBe(BigInt(2048 * MIB));
  await expectGrown(point, { name });
});
