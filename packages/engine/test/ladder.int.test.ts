/** The consistency ladder against what Azure and owners do to a VM between the first look at it and its snapshot. */
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { attachFast, backUpWhile } from "./meanwhile.ts";
import { GROUP, MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
let made = 0;
const azure = () => world.owner().compute(CONTOSO_SUBSCRIPTION_ID);

beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
afterAll(() => world.stop());
beforeEach(() => world.control.clearFaults());

interface Made {
  readonly name: string;
  readonly id: string;
}

async function protectedVm(options: {
  readonly os?: "linux" | "windows";
  readonly stopped?: boolean;
  readonly disks?: number;
  readonly otherwise?: "continue" | "fail";
}): Promise<Made> {
  const { os = "linux", stopped = false, disks = 1, otherwise = "continue" } = options;
  const name = `rung${++made}`;
  const images: string[] = [];
  for (let at = 0; at < disks; at++)
    images.push(await world.image(`${name}-${at}`, 24 * MIB, [random(at * MIB, MIB)]));
  const policy = { ...standardPolicy, consistency: { ...standardPolicy.consistency, otherwise } };
  return { name, id: await world.protectedVm({ name, os, stopped, disks: images, policy }) };
}

const backedUpWhile = (vmId: string, operation: string, act: () => Promise<unknown>) =>
  backUpWhile(world, vmId, { operation, act, pass: () => world.clock.advance({ minutes: 5 }) });

const stepOf = (jobId: string, name: string) =>
  world.db.prisma.jobStep.findFirstOrThrow({ where: { jobId, name } });
describe("a snapshot that Azure never has copied", () => {
  it("is given up after days, and the next one is taken", async () => {
    const name = `rung${++made}`;
    const disks = [await world.image(`${name}-0`, 24 * MIB, [random(0, MIB)])];
    const id = await world.protectedVm({ name, zones: ["1"], disks, policy: standardPolicy });
    await attachFast(world, name);
    await world.control.settings({ backgroundCopyBytesPerSecond: 1 });
    const jobId = await world.startBackup(id);
    await world.until("the copy", 30_000, async () => {
      const step = await world.db.prisma.jobStep.findFirst({ where: { jobId, name: "snapshot" } });
      return JSON.stringify(step).includes("snapshot-copying") ? true : null;
    });
    await world.clock.jump({ hours: 73 });
    await world.control.settings({ backgroundCopyBytesPerSecond: 300_000_000 });
    await world.clock.advance({ hours: 1 });
    const job = await world.ended(jobId);
    expect(job.error).toBeNull();
    const step = await stepOf(jobId, "snapshot");
    expect(step.detail).toMatchObject({ attempts: [{ request: "best", failure: "unknown" }] });
    await world.pointOf(jobId);
  });
});

describe("a guest that fails", () => {
  it("its VSS writers: the next try is crash-consistent, at once, and says why", async () => {
    const vm = await protectedVm({ os: "windows" });
    await world.control.setGuest({ vm: vm.name, conditions: ["vss-writers"] });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyWanted: "application",
      consistencyReached: "crash",
      consistencyNotice: { code: "guest-vss-failed" },
      retries: 0,
    });
    const step = await stepOf(point.jobId, "snapshot");
    expect(step.detail).toMatchObject({ attempts: [{ request: "best", failure: "vss" }], reached: "crash" });
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${vm.name}-os`));
  });

  it("its VSS writers, and a lock forbids the removal of what failed: the next try does not wait for it", async () => {
    const vm = await protectedVm({ os: "windows" });
    await world.control.setGuest({ vm: vm.name, conditions: ["vss-writers"] });
    await world.control.addFault({
      match: { operation: "restorePoints.delete" },
      effect: { type: "fail", status: 409, code: "ScopeLocked", message: "The scope is locked." },
    });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyReached: "crash",
      consistencyNotice: { code: "guest-vss-failed" },
    });
    await world.control.clearFaults();
    await world.clock.advance({ hours: 2 });
    await world.reconciled();
    const where = { jobId: point.jobId, kind: "restore-point" };
    const rows = await world.db.prisma.azureResource.findMany({ where });
    expect(rows.map(({ state }) => state)).toEqual(["removed", "removed"]);
  });

  it("its VSS writers, under a policy that requires the level: the job fails with Azure's reason", async () => {
    const vm = await protectedVm({ os: "windows", otherwise: "fail" });
    await world.control.setGuest({ vm: vm.name, conditions: ["vss-writers"] });
    const job = await world.ended(await world.startBackup(vm.id));
    expect(job).toMatchObject({
      state: "failed",
      attempt: 0,
      error: { code: "GUEST_FAILED", reason: "vss-writers" },
    });
  });

  it("its extension is denied by a policy of Azure: Azure installs it itself, and the guest takes part", async () => {
    const vm = await protectedVm({});
    await world.control.addFault({
      match: { operation: "virtualMachineExtensions.createOrUpdate" },
      effect: {
        type: "fail",
        status: 403,
        code: "RequestDisallowedByPolicy",
        message: "No extensions here.",
      },
    });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({ consistencyReached: "file", consistencyReason: null });
    expect(await stepOf(point.jobId, "extension")).toMatchObject({
      state: "skipped",
      notice: { code: "extension-left-to-azure" },
    });
  });

  it("and a policy of Azure denies the snapshot with the guest: it is crash-consistent", async () => {
    const vm = await protectedVm({});
    await world.control.addFault({
      match: { operation: "work:restorePoints.create" },
      effect: {
        type: "fail",
        status: 403,
        code: "RequestDisallowedByPolicy",
        message: "No extensions here.",
      },
      times: 1,
    });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyReached: "crash",
      consistencyNotice: { code: "guest-policy-denied" },
    });
  });

  it("because the VM forbids extensions: it is crash-consistent and nothing is installed", async () => {
    const vm = await protectedVm({});
    await azure().virtualMachines.update(GROUP, vm.name, { osProfile: { allowExtensionOperations: false } });
    const point = await world.backUp(vm.id);
    expect(point).toMatchObject({
      consistencyReached: "crash",
      consistencyNotice: { code: "guest-extensions-forbidden" },
    });
    expect((await azure().virtualMachineExtensions.list(GROUP, vm.name)).value).toEqual([]);
  });
});

describe("a VM that changes between prepare and snapshot", () => {
  it("is shut down: the snapshot needs no guest, and is file-consistent", async () => {
    const vm = await protectedVm({ otherwise: "fail" });
    const point = await backedUpWhile(vm.id, "virtualMachineExtensions.createOrUpdate", () =>
      azure().virtualMachines.deallocate(GROUP, vm.name),
    );
    expect(point).toMatchObject({ consistencyWanted: "file", consistencyReached: "file" });
    const step = await stepOf(point.jobId, "snapshot");
    expect(step.detail).toMatchObject({ powerStates: ["running", "deallocated", "deallocated"] });
  });

  it("is shut down while Azure asks its guest: the next try needs none", async () => {
    const vm = await protectedVm({ otherwise: "fail" });
    const point = await backedUpWhile(vm.id, "restorePointCollections.createOrUpdate", () =>
      azure().virtualMachines.deallocate(GROUP, vm.name),
    );
    expect(point).toMatchObject({ consistencyWanted: "file", consistencyReached: "file" });
  });

  it("is started: a crash-consistent snapshot is not called file-consistent", async () => {
    const vm = await protectedVm({ stopped: true });
    const point = await backedUpWhile(vm.id, "restorePointCollections.createOrUpdate", () =>
      azure().virtualMachines.start(GROUP, vm.name),
    );
    expect(point).toMatchObject({
      azureConsistency: "crash",
      consistencyReached: "crash",
      consistencyNotice: { code: "vm-started-meanwhile" },
    });
  });

  it("is started and stopped again before the snapshot: it is file-consistent all the same", async () => {
    const vm = await protectedVm({ stopped: true });
    const point = await backedUpWhile(vm.id, "restorePointCollections.createOrUpdate", async () => {
      await azure().virtualMachines.start(GROUP, vm.name);
      await azure().virtualMachines.deallocate(GROUP, vm.name);
    });
    expect(point).toMatchObject({ consistencyReached: "file", consistencyNotice: null });
  });

  it("is started and stopped again after the snapshot: nothing proves that it was stopped", async () => {
    const vm = await protectedVm({ stopped: true });
    const point = await backedUpWhile(vm.id, "diskRestorePoint.get", async () => {
      await azure().virtualMachines.start(GROUP, vm.name);
      await azure().virtualMachines.deallocate(GROUP, vm.name);
    });
    expect(point).toMatchObject({
      consistencyReached: "crash",
      consistencyNotice: { code: "vm-started-meanwhile" },
    });
  });

  it("gets another data disk: the point has the captured disk under its own identity", async () => {
    const vm = await protectedVm({ disks: 2 });
    const { virtualMachines, disks } = azure();
    await disks.createOrUpdate(GROUP, `${vm.name}-new`, {
      location: "westeurope",
      sku: { name: "Premium_LRS" },
      creationData: { createOption: "Empty" },
      diskSizeGB: 1,
    });
    const diskId = (await disks.get(GROUP, `${vm.name}-new`)).id ?? "";
    const [old] = (await virtualMachines.get(GROUP, vm.name)).storageProfile?.dataDisks ?? [];
    const point = await backedUpWhile(vm.id, "restorePointCollections.createOrUpdate", async () => {
      const detach = { dataDisksToDetach: [{ diskId: old?.managedDisk?.id ?? "" }] };
      await virtualMachines.attachDetachDataDisks(GROUP, vm.name, detach);
      const attach = { dataDisksToAttach: [{ diskId, lun: old?.lun ?? 0 }] };
      await virtualMachines.attachDetachDataDisks(GROUP, vm.name, attach);
    });
    const uniqueId = (await disks.get(GROUP, `${vm.name}-new`)).uniqueId;
    const captured = point.disks.find(({ diskKey }) => diskKey !== "os");
    expect(captured).toMatchObject({
      name: `${vm.name}-new`,
      diskUniqueId: uniqueId,
      diskBytes: BigInt(1024 * MIB),
    });
    const step = await stepOf(point.jobId, "snapshot");
    expect(step.detail).toMatchObject({ changed: [{ key: String(old?.lun), change: "swapped" }] });
  });
});

describe("another operation on the VM", () => {
  it("is waited for, some times, and the job then ends instead of trying for hours", async () => {
    const vm = await protectedVm({});
    await world.control.addFault({
      match: { operation: "restorePoints.create" },
      effect: { type: "fail", status: 409, code: "AnotherOperationInProgress", message: "Busy." },
    });
    const jobId = await world.startBackup(vm.id);
    await world.clock.advance({ hours: 1 });
    const job = await world.ended(jobId);
    expect(job).toMatchObject({ state: "failed", error: { code: "AZURE_CONFLICT" } });
    const { restorePoints } = await world.control.snapshots();
    expect(restorePoints.filter((one) => one.vm.toLowerCase().includes(vm.name))).toEqual([]);
    expect((await stepOf(jobId, "snapshot")).notice).toMatchObject({ code: "step-failed" });
  });
});

describe("a run of points that are lower than requested", () => {
  it("needs attention from the fifth on, until a point has the requested level again", async () => {
    const vm = await protectedVm({});
    const raised = () => world.db.prisma.attention.findMany({ where: { vmId: vm.id } });
    await world.control.setGuest({ vm: vm.name, agent: "NotReady" });
    for (let at = 0; at < 4; at++) await world.backUp(vm.id);
    expect(await raised()).toEqual([]);
    await world.backUp(vm.id);
    expect(await raised()).toMatchObject([
      { kind: "consistency", notice: { params: { points: 5, wanted: "file", reached: "crash" } } },
    ]);
    await world.control.setGuest({ vm: vm.name, agent: "Ready" });
    await world.backUp(vm.id);
    expect(await raised()).toEqual([]);
  });
});
