/** The point first; what Azure refuses to remove is desired state: seen, tried without end, and finished when the refusal ends. */
import {
  askJobToCancel,
  claimRemovals,
  confirmRemoval,
  createJob,
  getJobDetail,
  inTransaction,
  listAttention,
  newId,
  type ResourceView,
  wakeReconciler,
  wantRemoved,
} from "@kluis/db";
import { engineActor, limits } from "@kluis/domain";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { reconcileAzure } from "../src/upkeep/reconcile.ts";
import { enhancedPolicy, MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
let engine: Engine;
let made = 0;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(() => world.stop());
afterEach(async () => {
  await world.control.clearFaults();
  await world.clock.advance({ hours: 1 });
  await world.reconciled();
});

type Effect = Parameters<World["control"]["addFault"]>[0]["effect"];
const locked = { type: "fail", status: 409, code: "ScopeLocked", message: "A lock prevents it." } as const;

const refuse = (operation: string, effect: Effect, times?: number) =>
  world.control.addFault({ match: { operation }, effect, ...(times === undefined ? {} : { times }) });

async function newVm(policy = standardPolicy): Promise<string> {
  const name = `desired${++made}`;
  const image = await world.image(name, 24 * MIB, [random(0, MIB)]);
  return world.protectedVm({ name, disks: [image], policy });
}

async function snapshotOf(jobId: string): Promise<ResourceView | undefined> {
  const { resources } = await getJobDetail(world.db.prisma, jobId);
  return resources.find(({ kind }) => kind === "restore-point");
}

const refused = (jobId: string) =>
  world.until("a refused try", 30_000, async () => {
    const found = await snapshotOf(jobId);
    return found !== undefined && found.tries > 0 ? found : null;
  });

/** Without the request for a recovery key, which every new vault has. */
const raised = async () => {
  const all = await listAttention(world.db.prisma, { all: true }, 10);
  return all.filter(({ kind }) => kind !== "vault-recovery");
};
const events = (kind: string, data = {}) => world.db.prisma.ledgerEvent.count({ where: { kind, ...data } });
const ofRemovals = { data: { path: ["kind"], equals: "azure-removal" } };
const soon = () => AbortSignal.timeout(60_000);

async function turn(tryMs?: number): Promise<void> {
  await reconcileAzure(engine.deps, { signal: soon(), ...(tryMs === undefined ? {} : { tryMs }) });
}

describe("a lock on the resource group", () => {
  it("does not keep the point out of the catalog, raises attention, and ends with the lock", async () => {
    const vmId = await newVm();
    await refuse("restorePoints.delete", locked);
    const jobId = await world.startBackup(vmId);
    expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null, warnings: [] });
    expect((await world.pointOf(jobId)).state).toBe("available");
    expect((await world.pointOf(jobId)).snapshotRemovedAt).toBeNull();
    const left = await refused(jobId);
    expect(left).toMatchObject({
      state: "created",
      wanted: "removed",
      reason: "copied",
      lastError: { code: "AZURE_FORBIDDEN", reason: "lock", params: { azureCode: "ScopeLocked" } },
    });
    expect(Date.parse(left.nextTryAt ?? "")).toBeGreaterThan(Date.parse(left.unwantedAt ?? ""));
    expect(await raised()).toEqual([]);

    // The next backup of the VM is not held back.
    expect((await world.backUp(vmId)).state).toBe("available");

    await world.clock.advance({ hours: 2 });
    expect((await snapshotOf(jobId))?.tries).toBeGreaterThanOrEqual(limits.removalAttentionTries);
    expect(await raised()).toMatchObject([
      { kind: "azure-removal", vm: { id: vmId }, error: { code: "AZURE_FORBIDDEN", reason: "lock" } },
    ]);
    // The pause never exceeds the longest one.
    const { nextTryAt } = (await snapshotOf(jobId)) ?? {};
    expect(Date.parse(nextTryAt ?? "") - world.clock.now().getTime()).toBeLessThanOrEqual(
      limits.removalLongestPauseMs,
    );

    await world.control.clearFaults();
    await world.clock.advance({ hours: 1 });
    await world.reconciled();
    expect(await snapshotOf(jobId)).toMatchObject({ state: "removed", lastError: null });
    expect((await world.pointOf(jobId)).snapshotRemovedAt).not.toBeNull();
    expect(await raised()).toEqual([]);
    const told = ["attention.raised", "attention.cleared"].map((kind) => events(kind, ofRemovals));
    expect(await Promise.all(told)).toEqual([1, 1]);
    expect(await world.leftInAzure()).toEqual([]);
  });

  it("does not hold a deletion: the point is deleted when its manifest is", async () => {
    const vmId = await newVm(enhancedPolicy);
    const point = await world.backUp(vmId);
    expect(await snapshotOf(point.jobId)).toMatchObject({ wanted: "kept", state: "created" });
    await refuse("restorePoints.delete", locked);
    const jobId = await inTransaction(world.db, (tx) =>
      createJob(
        tx,
        {
          kind: "delete-point",
          vmId,
          pointId: point.id,
          trigger: "manual",
          actor: engineActor,
          parameters: { reason: "requested" },
        },
        world.clock,
      ),
    );
    expect((await world.ended(jobId)).state).toBe("succeeded");
    expect((await world.pointOf(point.jobId)).state).toBe("deleted");
    expect(await refused(point.jobId)).toMatchObject({ wanted: "removed", reason: "point-deleted" });
  });
});

describe("a job that fails or is canceled", () => {
  it("ends although Azure refuses to remove what it made", async () => {
    const vmId = await newVm();
    await refuse("restorePoints.delete", { ...locked, status: 403, code: "AuthorizationFailed" });
    await refuse("diskRestorePoint.grantAccess", { type: "delay", ms: 1_000 });
    const jobId = await world.startBackup(vmId);
    await world.until(
      "the snapshot",
      60_000,
      async () => (await snapshotOf(jobId))?.state === "created" || null,
    );
    await inTransaction(world.db, async (tx) => {
      const job = await tx.job.findUniqueOrThrow({ where: { id: jobId } });
      await askJobToCancel(tx, { id: job.id, kind: "backup" }, world.clock);
    });
    expect((await world.ended(jobId)).state).toBe("cancelled");
    expect(await refused(jobId)).toMatchObject({
      wanted: "removed",
      reason: "job-ended",
      lastError: { code: "AZURE_FORBIDDEN" },
    });
  });
});

describe("the reconciler", () => {
  /** A kept snapshot, with no wish to remove it yet. */
  async function kept(): Promise<{ jobId: string; pointId: string }> {
    const { id: pointId, jobId } = await world.backUp(await newVm(enhancedPolicy));
    await world.reconciled();
    return { jobId, pointId };
  }
  const drop = (pointId: string) =>
    inTransaction(world.db, (tx) =>
      wantRemoved(tx, { where: { pointId }, reason: "point-deleted", at: world.clock.now() }),
    );

  it.each<[string, Effect]>([
    ["403", { type: "fail", status: 403, code: "AuthorizationFailed", message: "No." }],
    ["409 busy", { type: "fail", status: 409, code: "OperationNotAllowed", message: "Busy." }],
    ["429", { type: "throttle", retryAfterSeconds: 20 }],
    ["500", { type: "fail", status: 500, code: "InternalServerError", message: "Oops." }],
    ["a dropped connection", { type: "drop" }],
    ["an answer that is lost", { type: "cut", bytes: 0 }],
  ])("removes a snapshot after %s", async (_name, effect) => {
    const { jobId, pointId } = await kept();
    await refuse("restorePoints.delete", effect, 1);
    await drop(pointId);
    await world.until("the removal", 60_000, async () => {
      await world.clock.advance({ minutes: 2 });
      return (await snapshotOf(jobId))?.state === "removed" ? true : null;
    });
    expect((await snapshotOf(jobId))?.lastError).toBeNull();
  });

  it("counts a snapshot that Azure does not have as removed", async () => {
    const { jobId, pointId } = await kept();
    await refuse("restorePoints.delete", { ...locked, status: 404, code: "ResourceNotFound" }, 1);
    await drop(pointId);
    await world.until("the removal", 30_000, async () =>
      (await snapshotOf(jobId))?.state === "removed" ? true : null,
    );
    expect(await snapshotOf(jobId)).toMatchObject({ tries: 0, lastError: null });
  });

  /** As `drop`, without waking the engine: the test runs the turns. */
  async function dropQuietly(pointId: string): Promise<void> {
    const at = world.clock.now();
    await world.db.prisma.azureResource.updateMany({
      where: { pointId },
      data: { wanted: "removed", reason: "point-deleted", unwantedAt: at, nextTryAt: at },
    });
  }

  it("gives one that hangs its own time limit, and removes the others meanwhile", async () => {
    const slow = await kept();
    const other = await kept();
    const { resourceId } = (await snapshotOf(slow.jobId)) ?? { resourceId: "" };
    await world.control.addFault({
      match: { method: "DELETE", path: resourceId.split("/").at(-1) ?? "" },
      effect: { type: "hang" },
      times: 1,
    });
    await dropQuietly(slow.pointId);
    await dropQuietly(other.pointId);
    await turn(1_000);
    expect(await snapshotOf(other.jobId)).toMatchObject({ state: "removed" });
    expect(await snapshotOf(slow.jobId)).toMatchObject({
      tries: 1,
      lastError: { code: "AZURE_UNREACHABLE" },
    });
    await inTransaction(world.db, (tx) => wakeReconciler(tx, world.clock.now()));
  });

  it("removes each once with two engines, and continues after one was killed in the middle", async () => {
    const points = [await kept(), await kept(), await kept()];
    const before = await events("snapshot.removed");
    for (const { pointId } of points) await dropQuietly(pointId);
    // Killed after it claimed: nothing was recorded.
    const killed = await claimRemovals(world.db.prisma, {
      limit: 1,
      claimMs: limits.removalClaimMs,
      engineId: newId(),
    });
    expect(killed).toHaveLength(1);
    const second = await world.startEngine();
    await Promise.all([turn(), reconcileAzure(second.deps, { signal: soon() })]);
    expect((await events("snapshot.removed")) - before).toBe(2);
    await inTransaction(world.db, (tx) => wakeReconciler(tx, world.clock.now()));
    await world.clock.advance({ minutes: 2 });
    await world.reconciled();
    expect((await events("snapshot.removed")) - before).toBe(3);
    // Who was killed comes back too late: its claim is over.
    for (const one of killed) {
      if (!("claim" in one)) throw new Error("The row cannot be read.");
      const { claim } = one;
      expect(await confirmRemoval(world.db.prisma, claim, world.clock.now())).toBe(false);
    }
    await second.stop();
  });

  it("is right after a week of refusal", async () => {
    const { jobId, pointId } = await kept();
    await refuse("restorePoints.delete", locked);
    await dropQuietly(pointId);
    for (let turns = 0; turns < 28; turns++) {
      await turn();
      await world.clock.advance({ hours: 6 });
    }
    expect((await snapshotOf(jobId))?.tries).toBeGreaterThanOrEqual(28);
    expect(await raised()).toHaveLength(1);
    await world.control.clearFaults();
    await turn();
    await world.reconciled();
    expect(await snapshotOf(jobId)).toMatchObject({ state: "removed" });
    await turn();
    expect(await raised()).toEqual([]);
  });
});
