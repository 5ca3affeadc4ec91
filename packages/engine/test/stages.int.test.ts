/** The two stages of a backup: outages park a transfer, and newer snapshots replace those that do not move. */
import { join } from "node:path";
import { askJobToCancel, inTransaction } from "@kluis/db";
import { startAzurite } from "@kluis/local-stack/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backupMachine } from "../src/jobs/backup/machine.ts";
import { holdOnce } from "./meanwhile.ts";
import { MIB, random, standardPolicy, until, World } from "./world.ts";

let world: World;
let vmId: string;
let vmName: string;
let made = 0;
/** The vault's server after an outage; the stack stops the first one. */
let vault: Awaited<ReturnType<typeof startAzurite>> | null = null;

beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
beforeEach(async () => {
  vmName = `stage${++made}`;
  const image = await world.image(vmName, 24 * MIB, [random(0, 4 * MIB)]);
  vmId = await world.protectedVm({ name: vmName, disks: [image], policy: standardPolicy });
});
afterEach(async () => {
  await world.control.clearFaults();
});
afterAll(async () => {
  await world.stop();
  await vault?.stop();
});

/** The engine's role is lost: no snapshot can be opened. */
async function loseRole(): Promise<void> {
  await world.control.addFault({
    match: { operation: "diskRestorePoint.grantAccess" },
    effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
  });
}

function row(jobId: string) {
  return world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
}

function parked(jobId: string) {
  return world.until("the job to be parked", 60_000, async () => {
    const job = await row(jobId);
    return job.parkedSince === null ? null : job;
  });
}

async function events(kind: string, jobId: string): Promise<number> {
  const rows = await world.db.prisma.ledgerEvent.findMany({ where: { kind, vmId } });
  return rows.filter(({ data }) => JSON.stringify(data).includes(jobId)).length;
}

describe("an outage during the transfer", () => {
  it("parks the job for as long as it lasts, and uses no tries", async () => {
    await loseRole();
    const jobId = await world.startBackup(vmId);
    const first = await parked(jobId);
    expect(first).toMatchObject({ state: "running", error: null, parkedError: { code: "AZURE_FORBIDDEN" } });
    await world.clock.advance({ hours: 1 });
    const later = await row(jobId);
    expect(later.parkedSince).toEqual(first.parkedSince);
    expect(later).toMatchObject({ state: "running", error: null, attempt: 0 });
    const pauseMs = (later.parkedUntil?.getTime() ?? 0) - world.clock.now().getTime();
    expect(pauseMs).toBeGreaterThan(0);
    expect(pauseMs).toBeLessThanOrEqual(15 * 60_000);
    const steps = await world.steps(jobId);
    expect(steps["access"]?.message).toMatch(/^Waiting for the end of an outage: /);
    await world.control.clearFaults();
    await world.clock.advance({ minutes: 20 });
    const job = await world.ended(jobId);
    expect(job).toMatchObject({ state: "succeeded", error: null, attempt: 0 });
    expect(await row(jobId)).toMatchObject({ parkedSince: null, parkedUntil: null, parkedError: null });
    const counts = [await events("job.parked", jobId), await events("job.resumed", jobId)];
    expect(counts).toEqual([1, 1]);
    expect(await world.leftInAzure()).toEqual([]);
  });

  it("that stops planning ends with the first planned part: a later outage is another one", async () => {
    await world.control.addFault({
      match: { operation: "blob.pagelist" },
      effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
    });
    const jobId = await world.startBackup(vmId);
    const first = await parked(jobId);
    expect(first).toMatchObject({ stage: "plan" });
    await world.control.clearFaults();
    await holdOnce(world, "blob.get");
    await world.clock.advance({ minutes: 2 });
    await until("the second outage to be over", 60_000, async () => {
      if ((await events("job.parked", jobId)) < 2) return null;
      await world.clock.advance({ minutes: 2 });
      return true;
    });
    expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null });
    expect([await events("job.parked", jobId), await events("job.resumed", jobId)]).toEqual([2, 2]);
  });

  it("keeps the segments that were moved", async () => {
    const name = `${vmName}b`;
    const disks = await Promise.all(
      ["os", "data"].map((disk) => world.image(`${name}-${disk}`, 24 * MIB, [random(0, MIB)])),
    );
    const two = await world.protectedVm({ name, disks, policy: standardPolicy });
    // One segment is read. At the other, access ends, and the engine may not open it again.
    await world.control.addFault({
      match: { operation: "blob.get" },
      effect: { type: "revoke", bytes: 0 },
      skip: 1,
      times: 1,
    });
    await world.control.addFault({
      match: { operation: "diskRestorePoint.grantAccess" },
      effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
      skip: 2,
    });
    const jobId = await world.startBackup(two);
    const states = async (): Promise<string[]> =>
      (await world.db.prisma.jobSegment.findMany({ where: { disk: { jobId } }, orderBy: { id: "asc" } })).map(
        ({ id, state }) => `${id} ${state}`,
      );
    await parked(jobId);
    const during = (await states()).filter((state) => state.endsWith(" done"));
    expect(await row(jobId)).toMatchObject({ state: "running", error: null });
    await world.control.clearFaults();
    await world.clock.advance({ minutes: 2 });
    expect((await world.ended(jobId)).state).toBe("succeeded");
    const after = await states();
    expect(after).toHaveLength(2);
    expect(after).toEqual(expect.arrayContaining(during));
    const point = await world.pointOf(jobId);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${name}-os`));
  });

  it("of the vault parks it too, and the transfer continues when the vault is back", async () => {
    const { azurite, folder } = world.stack;
    await azurite.stop();
    const jobId = await world.startBackup(vmId);
    const during = await parked(jobId);
    expect(during.parkedError).toMatchObject({ code: "VAULT_UNREACHABLE" });
    expect(during.capturedAt).not.toBeNull();
    vault = await startAzurite({ dataDir: join(folder, "azurite"), port: azurite.port });
    await world.clock.advance({ minutes: 2 });
    expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null });
    const point = await world.pointOf(jobId);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${vmName}-os`));
  });

  it("ends with the job when a user cancels it", async () => {
    await loseRole();
    const jobId = await world.startBackup(vmId);
    await parked(jobId);
    await inTransaction(world.db, (tx) => askJobToCancel(tx, { id: jobId, kind: "backup" }, world.clock));
    expect(await world.ended(jobId)).toMatchObject({ state: "cancelled", parkedUntil: null });
    expect(await world.leftInAzure()).toEqual([]);
  });

  it("does not stop the next snapshot, which replaces the one that is parked", async () => {
    await loseRole();
    const older = await world.startBackup(vmId);
    await parked(older);
    await world.clock.advance({ minutes: 15 });
    const newer = await world.startBackup(vmId);
    const ended = await world.ended(older);
    expect(ended).toMatchObject({
      state: "failed",
      error: { code: "TRANSFER_GIVEN_UP", reason: "superseded", params: { causeCode: "AZURE_FORBIDDEN" } },
    });
    expect((await parked(newer)).capturedAt).not.toBeNull();
    await world.control.clearFaults();
    await world.clock.advance({ minutes: 5 });
    expect((await world.ended(newer)).state).toBe("succeeded");
    expect(await world.leftInAzure()).toEqual([]);
  });
});

describe("a transfer that moves", () => {
  it("continues while newer snapshots are taken, of which only the newest waits", async () => {
    await world.control.addFault({
      match: { operation: "blob.get" },
      effect: { type: "slow", bytesPerSecond: 256 * 1024 },
    });
    const waiting = (jobId: string) =>
      until("the snapshot", 60_000, async () => {
        const job = await row(jobId);
        return job.stage === "transfer-waiting" ? job : null;
      });
    const moving = await world.startBackup(vmId);
    await until("the transfer", 60_000, async () => {
      const disk = await world.db.prisma.jobDisk.findFirst({ where: { jobId: moving, state: "running" } });
      return disk;
    });
    const second = await world.startBackup(vmId);
    await waiting(second);
    const third = await world.startBackup(vmId);
    expect(await world.ended(second)).toMatchObject({
      state: "failed",
      error: { code: "TRANSFER_GIVEN_UP", reason: "not-started" },
    });
    expect(await row(moving)).toMatchObject({ state: "running", error: null });
    await waiting(third);
    await world.control.clearFaults();
    expect((await world.ended(moving)).state).toBe("succeeded");
    await world.clock.advance({ minutes: 1 });
    const last = await world.ended(third);
    expect(last.state).toBe("succeeded");
    // It is compared with the point that did not exist when its snapshot was taken.
    const { id } = await world.pointOf(moving);
    expect(backupMachine.parse(last.memory).base?.pointId).toBe(id);
    expect(await world.leftInAzure()).toEqual([]);
  });
});
