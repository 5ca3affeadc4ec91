/** The life of recovery points: restore, verification, deletion, retention, garbage collection. */
import { addPolicyVersion, createJob, inTransaction, newId, undeletePoint } from "@kluis/db";
import { type Actor, engineActor, type JobKind, systemClock } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { advance } from "../src/job/advance.ts";
import { deletePointMachine } from "../src/jobs/delete-point/machine.ts";
import { collectVaults } from "../src/upkeep/collect.ts";
import { endKeptSnapshots } from "../src/upkeep/kept-snapshots.ts";
import { applyRetention } from "../src/upkeep/retention.ts";
import { enhancedPolicy, GROUP, MIB, type PointRow, random, standardPolicy, until, World } from "./world.ts";

let world: World;
let engine: Engine;
const DAY = 86_400_000;
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(async () => {
  await world.stop();
});

function startJob(kind: JobKind, point: PointRow, parameters: Record<string, unknown>): Promise<string> {
  const job = {
    kind,
    vmId: point.vmId,
    pointId: point.id,
    trigger: "manual",
    actor: engineActor,
    parameters,
  } as const;
  return inTransaction(world.db, (tx) => createJob(tx, job, systemClock));
}

describe("a restore to a new disk", () => {
  let point: PointRow;
  const parameters = (name: string) => ({
    disk: "os",
    name,
    subscriptionId: CONTOSO_SUBSCRIPTION_ID,
    resourceGroup: GROUP,
    location: "westeurope",
    sku: "Premium_LRS",
  });
  beforeAll(async () => {
    const image = await world.image("src", 64 * MIB, [random(0, 5 * MIB), random(40 * MIB + 512, 100_000)]);
    point = await world.backUp(
      await world.protectedVm({ name: "src", disks: [image], policy: standardPolicy }),
    );
  });

  it("creates an unattached disk with equal content, and writes only data", async () => {
    const jobId = await startJob("restore-disk", point, parameters("restored"));
    const job = await world.ended(jobId);
    expect(job).toMatchObject({ state: "succeeded", error: null });
    expect(await world.diskDigest("restored")).toBe(await world.diskDigest("src-os"));
    const disk = (await world.control.list()).unattachedDisks.find(({ name }) => name === "restored");
    expect(disk).toMatchObject({ state: "Unattached", sizeBytes: 64 * MIB });
    const [row] = await world.db.prisma.jobDisk.findMany({ where: { jobId } });
    expect(Number(row?.movedBytes)).toBeLessThan(7 * MIB);
    expect((await world.control.snapshots()).grants).toEqual([]);
  });

  it("refuses the name of an existing disk, and does not change that disk", async () => {
    const digest = await world.diskDigest("restored");
    const job = await world.ended(await startJob("restore-disk", point, parameters("restored")));
    expect(job).toMatchObject({ state: "failed", error: { code: "CONFLICT" } });
    expect(await world.diskDigest("restored")).toBe(digest);
  });

  it("does not change a disk with the name that Kluis did not create", async () => {
    const digest = await world.diskDigest("restored");
    await world.db.prisma.azureResource.deleteMany({
      where: { resourceId: { endsWith: "/disks/restored" } },
    });
    const job = await world.ended(await startJob("restore-disk", point, parameters("restored")));
    expect(job).toMatchObject({ state: "failed", error: { code: "CONFLICT" } });
    expect(await world.diskDigest("restored")).toBe(digest);
    expect(await world.db.prisma.ledgerEvent.count({ where: { kind: "azure-resource.removed" } })).toBe(0);
  });

  it("continues after faults, and leaves no disk when it fails", async () => {
    await world.control.addFault({
      match: { operation: "blob.putPage" },
      effect: { type: "fail", status: 503 },
      times: 3,
    });
    const good = await world.ended(await startJob("restore-disk", point, parameters("rough")));
    expect(good.state).toBe("succeeded");
    expect(await world.diskDigest("rough")).toBe(await world.diskDigest("src-os"));
    await world.control.addFault({
      match: { operation: "disks.grantAccess" },
      effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
    });
    const bad = await world.ended(await startJob("restore-disk", point, parameters("never")));
    await world.control.clearFaults();
    expect(bad.state).toBe("failed");
    expect((await world.control.list()).unattachedDisks.map(({ name }) => name)).not.toContain("never");
  });
});

describe("a recovery point", () => {
  it("is deleted with its manifest and kept snapshot; the row keeps actor and reason; a pin prevents it", async () => {
    const image = await world.image("del", 32 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({ name: "del", disks: [image], policy: enhancedPolicy });
    const point = await world.backUp(vmId);
    await world.db.prisma.recoveryPoint.update({ where: { id: point.id }, data: { pinnedAt: new Date() } });
    const refused = await world.ended(await startJob("delete-point", point, { reason: "test" }));
    expect(refused).toMatchObject({ state: "failed", error: { code: "CONFLICT" } });
    await world.db.prisma.recoveryPoint.update({ where: { id: point.id }, data: { pinnedAt: null } });
    const job = await world.ended(await startJob("delete-point", point, { reason: "test" }));
    expect(job.state).toBe("succeeded");
    const gone = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: point.id } });
    expect(gone).toMatchObject({ state: "deleted", deleteReason: "test" });
    await expect(
      (await engine.deps.vaults.openDefault()).vault.getManifest(point.id, soon()),
    ).rejects.toMatchObject({
      code: "VAULT_OBJECT_MISSING",
    });
    const { restorePoints } = await world.control.snapshots();
    expect(restorePoints.filter(({ vm }) => vm.toLowerCase().endsWith("/del"))).toEqual([]);
  });
});

describe("a deletion", () => {
  const runJob = async (jobId: string) => {
    const options = { deps: engine.deps, machine: deletePointMachine, jobId, signal: soon() };
    expect(await advance(options)).toBeNull();
    return world.ended(jobId);
  };
  /** A job without a task, so that the test runs it. */
  const quietJob = async (
    point: PointRow,
    more: { memory?: { deleting: boolean }; cancelAskedAt?: Date; parameters?: Record<string, string> },
  ) => {
    const { id } = await world.db.prisma.job.create({
      data: {
        id: newId(),
        kind: "delete-point",
        vmId: point.vmId,
        pointId: point.id,
        trigger: "manual",
        actor: engineActor,
        parameters: { reason: "test" },
        ...more,
      },
    });
    return id;
  };

  it("cannot be canceled, and a second deletion of the same point ends too", async () => {
    const image = await world.image("twice", 24 * MIB, [random(0, MIB)]);
    const point = await world.backUp(
      await world.protectedVm({ name: "twice", disks: [image], policy: standardPolicy }),
    );
    const first = await quietJob(point, { cancelAskedAt: new Date() });
    const second = await quietJob(point, { memory: { deleting: true } });
    expect((await runJob(first)).state).toBe("succeeded");
    const gone = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: point.id } });
    expect(gone.state).toBe("deleted");
    expect((await runJob(second)).state).toBe("succeeded");
  });

  it("without a reason fails before it removes anything; one that has started continues", async () => {
    const image = await world.image("why", 24 * MIB, [random(0, MIB)]);
    const point = await world.backUp(
      await world.protectedVm({ name: "why", disks: [image], policy: standardPolicy }),
    );
    const refused = await runJob(await quietJob(point, { parameters: {} }));
    expect(refused).toMatchObject({ state: "failed", error: { code: "INPUT_INVALID", reason: "fields" } });
    const row = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: point.id } });
    expect(row.state).toBe("available");
    const { vault } = await engine.deps.vaults.openDefault();
    await expect(vault.getManifest(point.id, soon())).resolves.toBeDefined();
    const started = await quietJob(point, { parameters: {}, memory: { deleting: true } });
    expect((await runJob(started)).state).toBe("succeeded");
    const gone = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: point.id } });
    expect(gone).toMatchObject({ state: "deleted", deleteReason: "not recorded" });
  });
});

describe("a deletion whose job ended too early", () => {
  it("is resumed once, also when the point was pinned meanwhile", async () => {
    const image = await world.image("stranded", 24 * MIB, [random(0, MIB)]);
    const point = await world.backUp(
      await world.protectedVm({ name: "stranded", disks: [image], policy: standardPolicy }),
    );
    await world.db.prisma.recoveryPoint.update({
      where: { id: point.id },
      data: { state: "deleting", pinnedAt: new Date() },
    });
    const ended = { state: "failed", kind: "delete-point", trigger: "manual", endedAt: new Date() };
    await world.db.prisma.job.create({
      data: {
        ...ended,
        id: newId(),
        vmId: point.vmId,
        pointId: point.id,
        actor: engineActor,
        parameters: { reason: "requested by a user" },
      },
    });
    expect((await applyRetention(engine.deps, soon())).resumed).toBe(1);
    const gone = await world.until("the deletion", 30_000, () =>
      world.db.prisma.recoveryPoint.findFirst({ where: { id: point.id, state: "deleted" } }),
    );
    expect(gone.deleteReason).toBe("requested by a user");
    expect((await applyRetention(engine.deps, soon())).resumed).toBe(0);
  });
});

describe("retention and garbage collection", () => {
  it("prune a point that no tier keeps, free its bytes, and keep the others complete", async () => {
    const image = await world.image("old", 32 * MIB, [random(0, 4 * MIB)]);
    const vmId = await world.protectedVm({ name: "old", disks: [image], policy: standardPolicy });
    const first = await world.backUp(vmId);
    await world.image("old", 32 * MIB, [random(0, 4 * MIB)]);
    await world.control.write({ vm: "old", disk: "os", image });
    const second = await world.backUp(vmId);
    // Judged in the transaction that added it: no page ever shows a point without its rules.
    const made = await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: second.id } });
    expect(made.tiers).toContain("latest");
    const ada: Actor = { kind: "person", personId: newId(), name: "Ada", via: "session" };
    const { policyId } = await world.db.prisma.protection.findUniqueOrThrow({ where: { vmId } });
    await inTransaction(world.db, (tx) =>
      addPolicyVersion(
        tx,
        {
          id: policyId,
          expectedVersion: 1,
          document: { ...standardPolicy, retention: { keepLast: 1 } },
          actor: ada,
        },
        systemClock,
      ),
    );
    expect((await applyRetention(engine.deps, soon())).pruned).toBe(1);
    const { recoveryPoint, job } = world.db.prisma;
    const row = () => recoveryPoint.findUniqueOrThrow({ where: { id: first.id } });
    const removed = await row();
    expect(removed).toMatchObject({ state: "soft-deleted", deleteReason: "retention", tiers: [] });
    // Who saved the shorter rule, and which one.
    const cause = { kind: "edit", policy: expect.any(String) as string, version: 2 };
    expect(removed).toMatchObject({ deletedBy: ada, deleteCause: cause });
    const event = await world.db.prisma.ledgerEvent.findFirstOrThrow({
      where: { kind: "point.soft-deleted", vmId },
    });
    expect(event).toMatchObject({ actor: { kind: "engine" }, data: { causedBy: ada, cause } });
    expect((removed.purgeAt?.getTime() ?? 0) - (removed.deletedAt?.getTime() ?? 0)).toBeCloseTo(14 * DAY, -5);
    expect(await job.count({ where: { pointId: first.id, kind: "delete-point" } })).toBe(0);

    // Brought back, retention leaves it alone until its time is over.
    const keptUntil = new Date(Date.now() + DAY);
    expect(
      await inTransaction(world.db, (tx) => undeletePoint(tx, { pointId: first.id, vmId, keptUntil })),
    ).toBe(true);
    expect((await applyRetention(engine.deps, soon())).pruned).toBe(0);
    expect(await row()).toMatchObject({
      state: "available",
      tiers: ["undeleted"],
      deletedAt: null,
      deleteCause: null,
    });
    expect(await world.pointDigest(first, "os")).not.toBe(await world.pointDigest(second, "os"));
    await recoveryPoint.update({ where: { id: first.id }, data: { keptUntil: null } });
    await world.db.prisma.protection.update({ where: { vmId }, data: { retentionDueAt: new Date(0) } });
    expect((await applyRetention(engine.deps, soon())).pruned).toBe(1);
    expect((await applyRetention(engine.deps, soon())).purged).toBe(0);

    await recoveryPoint.update({ where: { id: first.id }, data: { purgeAt: new Date(Date.now() - 1_000) } });
    expect((await applyRetention(engine.deps, soon())).purged).toBe(1);
    await world.until("the purged point", 30_000, () =>
      recoveryPoint.findFirst({ where: { id: first.id, state: "deleted" } }),
    );
    expect(await row()).toMatchObject({ deleteReason: "retention", deletedBy: ada });
    expect(await applyRetention(engine.deps, soon())).toMatchObject({ pruned: 0, purged: 0 });
    const before = await storedBytes();
    const condemned = await collectVaults(engine.deps, { signal: soon(), graceMs: 0 });
    expect(condemned.condemned).toBeGreaterThan(0);
    const swept = await collectVaults(engine.deps, { signal: soon(), graceMs: 0 });
    expect(swept.freedBytes).toBeGreaterThan(3 * MIB);
    expect(before - (await storedBytes())).toBe(swept.freedBytes);
    expect(await world.pointDigest(second, "os")).toBe(await world.diskDigest("old-os"));
    const verdict = await (await engine.deps.vaults.openDefault()).vault.verifyPoint(second.id, {
      mode: "full",
      signal: soon(),
    });
    expect(verdict.ok).toBe(true);
    expect(await world.db.prisma.ledgerEvent.count({ where: { kind: "point.pruned", vmId } })).toBe(1);
  });

  it("keep everything that a running backup needs", async () => {
    const image = await world.image("busy", 32 * MIB, [random(0, 4 * MIB)]);
    const vmId = await world.protectedVm({ name: "busy", disks: [image], policy: standardPolicy });
    await world.control.addFault({
      match: { operation: "blob.get" },
      effect: { type: "slow", bytesPerSecond: 2 * MIB },
    });
    const jobId = await world.startBackup(vmId);
    await until("the transfer", 30_000, () =>
      world.db.prisma.jobDisk.findFirst({ where: { jobId, state: "running" } }),
    );
    await collectVaults(engine.deps, { signal: soon(), graceMs: 0 });
    await collectVaults(engine.deps, { signal: soon(), graceMs: 0 });
    await world.control.clearFaults();
    await world.ended(jobId);
    const point = await world.pointOf(jobId);
    await collectVaults(engine.deps, { signal: soon(), graceMs: 0 });
    await collectVaults(engine.deps, { signal: soon(), graceMs: 0 });
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest("busy-os"));
  });

  it("remove expired snapshots, but not the newest one, which is the base of the next backup", async () => {
    const image = await world.image("kept", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "kept", disks: [image], policy: enhancedPolicy });
    await world.backUp(vmId);
    await world.backUp(vmId);
    await world.db.prisma.azureResource.updateMany({
      where: { vmId, kind: "restore-point" },
      data: { keepUntil: new Date(0) },
    });
    expect(await endKeptSnapshots(engine.deps, soon())).toMatchObject({ ended: 1, again: null });
    await world.reconciled();
    const { restorePoints } = await world.control.snapshots();
    expect(restorePoints.filter(({ vm }) => vm.toLowerCase().endsWith("/kept"))).toHaveLength(1);
    await world.trustLists(vmId);
    const third = await world.backUp(vmId);
    expect(third.disks[0]?.deltaMethod).toBe("changed-ranges");
  });

  it("remove expired snapshots of a VM that always has an open backup, but not what that backup compares with", async () => {
    const image = await world.image("overlap", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "overlap", disks: [image], policy: enhancedPolicy });
    const points = [await world.backUp(vmId), await world.backUp(vmId), await world.backUp(vmId)];
    const { job, azureResource } = world.db.prisma;
    const snapshots = { vmId, kind: "restore-point" };
    await azureResource.updateMany({ where: snapshots, data: { keepUntil: new Date(0) } });
    // The last backup again, as if its transfer still moved: it remembers the second point as its base.
    const [, , last] = points.map(({ jobId }) => jobId);
    const { state, endedAt } = await job.findUniqueOrThrow({ where: { id: last ?? "" } });
    await job.update({ where: { id: last ?? "" }, data: { state: "running", endedAt: null } });
    try {
      await endKeptSnapshots(engine.deps, soon());
      const wanted = await azureResource.findMany({
        where: snapshots,
        select: { jobId: true, wanted: true },
      });
      const wantedOf = new Map(wanted.map((row) => [row.jobId, row.wanted]));
      expect(points.map(({ jobId }) => wantedOf.get(jobId))).toEqual(["removed", "kept", "kept"]);
    } finally {
      await job.update({ where: { id: last ?? "" }, data: { state, endedAt } });
    }
  });
});

async function storedBytes(): Promise<number> {
  let bytes = 0;
  const { store } = await engine.deps.vaults.openDefault();
  for (const prefix of ["packs/", "nodes/"])
    for await (const object of store.list(prefix, soon())) bytes += object.bytes;
  return bytes;
}
