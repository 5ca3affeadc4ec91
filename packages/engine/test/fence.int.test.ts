/** Two engines that advance the same job: the one that is out of date ends quietly, and nothing of it is stored. */
import { inTransaction, JobMovedError, loadWorkJob, locks, withLock } from "@kluis/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { advance } from "../src/job/advance.ts";
import type { Machine } from "../src/job/step.ts";
import { backupMachine } from "../src/jobs/backup/machine.ts";
import type { BackupMemory } from "../src/jobs/backup/memory.ts";
import { MIB, random, standardPolicy, until, World } from "./world.ts";

let world: World;
let made = 0;
let vmId: string;

beforeAll(async () => {
  world = await World.start();
});
beforeEach(async () => {
  const engine = await world.startEngine();
  const name = `fence${++made}`;
  const image = await world.image(name, 24 * MIB, [random(0, 3 * MIB)]);
  vmId = await world.protectedVm({ name, disks: [image], policy: standardPolicy });
  await engine.stop();
  world.engines.pop();
});
afterEach(async () => {
  await world.control.clearFaults();
  for (const engine of world.engines.splice(0)) await engine.stop();
});
afterAll(async () => {
  await world.stop();
});

/** Ends the connection that holds a named lock, as a network failure does. Returns whether there was one. */
async function endLockHolder(key: bigint): Promise<boolean> {
  const { rowCount } = await world.db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND ((classid::bigint << 32) | objid::bigint) = $1::bigint`,
    [String(key)],
  );
  return (rowCount ?? 0) > 0;
}

describe("an engine that loses the connection of a job's lock while Azure answers slowly", () => {
  it("stores nothing, and the job succeeds with what the other engine did", async () => {
    await world.control.addFault({
      match: { operation: "blob.pagelist" },
      effect: { type: "delay", ms: 6_000 },
      times: 1,
    });
    await world.startEngine();
    const jobId = await world.startBackup(vmId);
    await until("the plan", 30_000, async () => {
      const step = await world.db.prisma.jobStep.findFirst({
        where: { jobId, name: "plan", state: "running" },
      });
      return step;
    });
    expect(await endLockHolder(locks.job(jobId))).toBe(true);
    await world.startEngine();
    const job = await world.ended(jobId);
    expect(job.error).toBeNull();
    expect(job.state).toBe("succeeded");
    // The lost lock is not a failure of the job.
    expect(job.attempt).toBe(0);
    const { transferStartedAt } = backupMachine.parse(job.memory);
    expect(transferStartedAt).toBeDefined();
    expect(await world.leftInAzure()).toEqual([]);
  });
});

/** Calls `meanwhile` after the work of a step and before its result is saved. */
function paused(name: "plan" | "seal", meanwhile: () => Promise<void>): Machine<"backup", BackupMemory> {
  const step = backupMachine.steps[name];
  let isFirst = true;
  return {
    ...backupMachine,
    steps: {
      ...backupMachine.steps,
      [name]: async (context: Parameters<typeof step>[0]) => {
        const result = await step(context);
        if (isFirst) {
          isFirst = false;
          await meanwhile();
        }
        return result;
      },
    },
  };
}

/** Advances a job without its lock, up to the next wait. */
async function advanceOnce(engine: Engine, jobId: string, machine = backupMachine): Promise<unknown> {
  return advance({ deps: engine.deps, machine, jobId, signal: AbortSignal.timeout(60_000) });
}

describe("two engines that advance a job at the same time", () => {
  it.each(["plan", "seal"] as const)("keep the result of the first one in step %s", async (name) => {
    const jobId = await world.startBackup(vmId);
    // The lock keeps the engine's own workers away from the job, so it is taken before they start.
    const outcome = await withLock(world.db, locks.job(jobId), async () => {
      const engine = await world.startEngine();
      let other: unknown = null;
      const machine = paused(name, async () => {
        other = await until("the other engine", 60_000, async () => {
          const before = await loadWorkJob(world.db.prisma, jobId);
          await advanceOnce(engine, jobId);
          const after = await loadWorkJob(world.db.prisma, jobId);
          const moved = after?.steps.find((step) => step.name === name)?.state === "done";
          return moved && after?.version !== before?.version ? after : null;
        });
      });
      const error = await until("the pause", 60_000, async () => {
        try {
          await advanceOnce(engine, jobId, machine);
          return null;
        } catch (thrown) {
          return thrown;
        }
      });
      return { error, other };
    });
    expect(outcome?.value.error).toBeInstanceOf(JobMovedError);
    const job = await world.ended(jobId);
    expect(job).toMatchObject({ state: "succeeded", error: null, attempt: 0 });
    const point = await world.pointOf(jobId);
    const segments = await world.db.prisma.jobSegment.count({ where: { disk: { jobId } } });
    expect({ disks: point.disks.length, segments }).toEqual({ disks: 1, segments: 1 });
    const vm = await world.db.prisma.virtualMachine.findUniqueOrThrow({ where: { id: vmId } });
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${vm.name}-os`));
    expect(await world.db.prisma.ledgerEvent.count({ where: { kind: "point.created", vmId } })).toBe(1);
  });
});

describe("a lock", () => {
  it("aborts its work when its connection is ended, and is free for others then", async () => {
    const key = locks.job(crypto.randomUUID());
    const reason = Promise.withResolvers<unknown>();
    const held = withLock(world.db, key, async (lost) => {
      lost.addEventListener("abort", () => reason.resolve(lost.reason), { once: true });
      expect(await endLockHolder(key)).toBe(true);
      await reason.promise;
      return await withLock(world.db, key, () => Promise.resolve("taken"));
    });
    expect(await reason.promise).toMatchObject({ name: "LockLostError" });
    expect(await held).toEqual({ value: { value: "taken" } });
  });

  it("does not abort while its connection lives", async () => {
    const key = locks.job(crypto.randomUUID());
    const held = await withLock(world.db, key, async (lost) => {
      await inTransaction(world.db, (tx) => tx.job.count());
      return lost.aborted;
    });
    expect(held).toEqual({ value: false });
  });
});
