/** Backups under trouble: a cancellation, faults of Azure, and engines that are killed or stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { askJobToCancel, createJob, inTransaction } from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MIB, random, standardPolicy, until, World } from "./world.ts";

let world: World;
let vmId: string;
let vmName: string;
let made = 0;
const children: ChildProcess[] = [];

beforeAll(async () => {
  world = await World.start();
});
beforeEach(async () => {
  vmName = `vm${++made}`;
  const engine = await world.startEngine();
  const image = await world.image(vmName, 96 * MIB, [random(0, 24 * MIB), random(64 * MIB, 8 * MIB)]);
  vmId = await world.protectedVm({ name: vmName, disks: [image], policy: standardPolicy });
  await engine.stop();
  world.engines.pop();
});
afterEach(async () => {
  await world.control.clearFaults();
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const engine of world.engines.splice(0)) await engine.stop();
});
afterAll(async () => {
  await world.stop();
});

/** Starts an engine as a child process, which can be killed. */
function spawnEngine(): ChildProcess {
  const main = join(import.meta.dirname, "../src/main.ts");
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"] ?? "", ...world.engineEnv },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  children.push(child);
  return child;
}

async function transferring(jobId: string): Promise<void> {
  await until("the start of the transfer", 60_000, async () => {
    const disk = await world.db.prisma.jobDisk.findFirst({ where: { jobId, state: "running" } });
    return disk;
  });
}

/** Slows down reads, so that the test can act during the transfer. */
async function slowReads(): Promise<void> {
  await world.control.addFault({
    match: { operation: "blob.get" },
    effect: { type: "slow", bytesPerSecond: 4 * MIB },
  });
}

describe("an engine that is killed during a transfer", () => {
  it("is replaced by one that finishes the job immediately and leaves nothing in Azure", async () => {
    await slowReads();
    const child = spawnEngine();
    const jobId = await world.startBackup(vmId);
    await transferring(jobId);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    await world.control.clearFaults();
    await world.startEngine();
    const job = await world.ended(jobId);
    expect(job.state).toBe("succeeded");
    const point = await world.pointOf(jobId);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${vmName}-os`));
    expect(await world.leftInAzure()).toEqual([]);
    expect(await world.db.prisma.recoveryPoint.count({ where: { jobId } })).toBe(1);
  });
});

describe("an engine that is killed during a verification", () => {
  it("is replaced by one that checks the parts that are left, and each part counts once", async () => {
    const GIB = 1024 * MIB;
    const engine = await world.startEngine();
    const parts = [0, 1, 2, 3].map((n) => random(n * GIB, 8 * MIB));
    const image = await world.image("verified", 4 * GIB, parts);
    const point = await world.backUp(
      await world.protectedVm({ name: "verified", disks: [image], policy: standardPolicy }),
    );
    await engine.stop();
    world.engines.pop();
    const child = spawnEngine();
    const of = { vmId: point.vmId, pointId: point.id, trigger: "manual", actor: engineActor } as const;
    const jobId = await inTransaction(world.db, (tx) =>
      createJob(tx, { ...of, kind: "verify", parameters: { mode: "full" } }, systemClock),
    );
    const segments = (state: string) =>
      world.db.prisma.jobSegment.count({ where: { disk: { jobId }, state } });
    await until("the first part", 60_000, async () => ((await segments("done")) > 0 ? true : null));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    await world.startEngine();
    expect((await world.ended(jobId)).state).toBe("succeeded");
    expect(await segments("done")).toBe(4);
    expect(await world.db.prisma.recoveryPoint.findUniqueOrThrow({ where: { id: point.id } })).toMatchObject({
      lastVerifyOk: true,
      lastVerifyDetail: { problemCount: 0, bytesChecked: 32 * MIB },
    });
  });
});

describe("an engine that receives SIGTERM", () => {
  it("stops within ten seconds, and the next engine continues its work", async () => {
    await slowReads();
    const child = spawnEngine();
    const jobId = await world.startBackup(vmId);
    await transferring(jobId);
    const before = performance.now();
    child.kill("SIGTERM");
    const code = await new Promise((resolve) => child.once("exit", resolve));
    expect(code).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    await world.control.clearFaults();
    await world.startEngine();
    expect((await world.ended(jobId)).state).toBe("succeeded");
    expect(await world.leftInAzure()).toEqual([]);
  });
});

describe("a canceled job", () => {
  it("stops during its transfer and removes its snapshot", async () => {
    await world.startEngine();
    await slowReads();
    const jobId = await world.startBackup(vmId);
    await transferring(jobId);
    await inTransaction(world.db, (tx) => askJobToCancel(tx, { id: jobId, kind: "backup" }, systemClock));
    const job = await world.ended(jobId);
    expect(job.state).toBe("cancelled");
    expect(await world.db.prisma.recoveryPoint.count({ where: { jobId } })).toBe(0);
    expect(
      await world.db.prisma.ledgerEvent.count({
        where: { kind: "job.cancelled", target: { path: ["id"], equals: jobId } },
      }),
    ).toBe(1);
    expect(await world.leftInAzure()).toEqual([]);
  });
});

describe("a fault of Azure", () => {
  it("only delays a backup: throttling, a dropped read, a revoked grant, an error", async () => {
    await world.startEngine();
    await world.control.addFault({
      match: { operation: "restorePoints.create" },
      effect: { type: "throttle", retryAfterSeconds: 1 },
      times: 1,
    });
    await world.control.addFault({
      match: { operation: "blob.get" },
      effect: { type: "cut", bytes: 1000 },
      times: 2,
    });
    await world.control.addFault({
      match: { operation: "blob.get" },
      effect: { type: "revoke", bytes: 0 },
      skip: 3,
      times: 1,
    });
    await world.control.addFault({
      match: { operation: "blob.get" },
      effect: { type: "fail", status: 500 },
      skip: 5,
      times: 2,
    });
    const jobId = await world.startBackup(vmId);
    const job = await world.ended(jobId);
    expect(job.error).toBeNull();
    expect(job.state).toBe("succeeded");
    const point = await world.pointOf(jobId);
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${vmName}-os`));
    expect(await world.leftInAzure()).toEqual([]);
  });

  it("fails a backup that cannot succeed, which then cleans up", async () => {
    await world.startEngine();
    await world.control.addFault({
      match: { operation: "restorePoints.create" },
      effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
    });
    const jobId = await world.startBackup(vmId);
    const job = await world.ended(jobId);
    expect(job.state).toBe("failed");
    expect(job.error?.code).toBe("AZURE_FORBIDDEN");
    expect(await world.leftInAzure()).toEqual([]);
  });

  it("does not stop the removal of the snapshot, which is retried until Azure confirms it", async () => {
    await world.startEngine();
    await world.control.addFault({
      match: { operation: "restorePoints.delete" },
      effect: { type: "fail", status: 500 },
      times: 6,
    });
    const jobId = await world.startBackup(vmId);
    const job = await world.ended(jobId);
    expect(job.state).toBe("succeeded");
    await world.clock.advance({ minutes: 30 });
    expect(await world.leftInAzure()).toEqual([]);
  });
});
