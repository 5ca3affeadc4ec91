/** Kills every step after its work and before its result is saved, as a killed process would. */
import { locks, newId, withLock } from "@kluis/db";
import { engineActor, jobSteps } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { advance } from "../src/job/advance.ts";
import type { Machine, Step } from "../src/job/step.ts";
import { backupMachine } from "../src/jobs/backup/machine.ts";
import type { BackupMemory } from "../src/jobs/backup/memory.ts";
import { enhancedPolicy, MIB, random, standardPolicy, until, World } from "./world.ts";

let world: World;
let engine: Engine;
beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
});
afterAll(async () => {
  await world.stop();
});

type BackupMachine = Machine<"backup", BackupMemory>;

class Killed extends Error {}

/** Kills every first, third, fifth … run of each step after its work. */
function killedHalfTheTime(killed: Set<string>): BackupMachine {
  const runs = new Map<string, number>();
  const wrap =
    (name: string, step: Step<BackupMemory>): Step<BackupMemory> =>
    async (context) => {
      const result = await step(context);
      const run = (runs.get(name) ?? 0) + 1;
      runs.set(name, run);
      if (run % 2 === 0) return result;
      killed.add(name);
      throw new Killed(name);
    };
  const steps = { ...backupMachine.steps };
  for (const name of jobSteps.backup) steps[name] = wrap(name, steps[name]);
  return { ...backupMachine, steps };
}

/** Runs a job in this process. Its lock keeps the engine's control workers away; the data workers move its segments. */
async function runJob(vmId: string, machine: BackupMachine): Promise<string> {
  const version = await world.db.prisma.policyVersion.findFirstOrThrow({
    where: { policy: { protections: { some: { vmId } } } },
  });
  const jobId = newId();
  const { deps } = engine;
  const signal = AbortSignal.timeout(100_000);
  await withLock(deps.db, locks.job(jobId), async () => {
    const job = {
      id: jobId,
      kind: "backup",
      vmId,
      policyVersionId: version.id,
      trigger: "manual",
      actor: engineActor,
    };
    await world.db.prisma.job.create({ data: job });
    await until("the job's end", 100_000, async () => {
      try {
        return (await advance({ deps, machine, jobId, signal })) === null ? true : null;
      } catch (error) {
        if (error instanceof Killed) return null;
        throw error;
      }
    });
  });
  return jobId;
}

describe("a backup whose steps are all killed after their work", () => {
  it.each([
    ["keeps no snapshot", standardPolicy],
    ["keeps its snapshots", enhancedPolicy],
  ])("ends once, with the same result, under a policy that %s", async (_which, policy) => {
    const name = policy.instantRestoreDays > 0 ? "again2" : "again1";
    const image = await world.image(name, 32 * MIB, [random(0, 2 * MIB)]);
    const vmId = await world.protectedVm({ name, os: "windows", disks: [image], policy });
    for (const round of [1, 2]) {
      await world.image(name, 32 * MIB, [random(round * MIB, 100_000)]);
      await world.control.write({ vm: name, disk: "os", image });
      const killed = new Set<string>();
      const jobId = await runJob(vmId, killedHalfTheTime(killed));
      expect([...killed].toSorted()).toEqual([...jobSteps.backup].toSorted());
      const job = await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
      expect(job).toMatchObject({ state: "succeeded", error: null });
      const point = await world.pointOf(jobId);
      expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${name}-os`));
    }
    await world.reconciled();
    const mine = (await world.control.snapshots()).restorePoints.filter(({ vm }) =>
      vm.toLowerCase().endsWith(`/${name}`),
    );
    expect(mine).toHaveLength(policy.instantRestoreDays > 0 ? 2 : 0);
    expect((await world.control.snapshots()).grants).toEqual([]);
    const manifests = await Array.fromAsync(
      (await engine.deps.vaults.openDefault()).vault.listManifests(AbortSignal.timeout(10_000)),
    );
    expect(manifests).toHaveLength(await world.db.prisma.recoveryPoint.count());
    for (const kind of ["point.created", "job.succeeded"] as const) {
      expect(await world.db.prisma.ledgerEvent.count({ where: { kind, vmId } })).toBe(2);
    }
  });
});

/** Cancels the job after the snapshot, and kills the first clean-up that has removed everything. */
function canceledAndKilled(): BackupMachine {
  let killed = false;
  return {
    ...backupMachine,
    steps: {
      ...backupMachine.steps,
      access: async (context) => {
        const where = { id: context.job.id };
        await world.db.prisma.job.update({ where, data: { cancelAskedAt: new Date() } });
        return { kind: "again" };
      },
    },
    cleanUp: async (context) => {
      const result = await backupMachine.cleanUp(context);
      if (killed || result.kind !== "done") return result;
      killed = true;
      throw new Killed("cleanUp");
    },
  };
}

describe("a backup whose clean-up is killed after its work", () => {
  it("leaves nothing in Azure, and records the removal of the snapshot once", async () => {
    const image = await world.image("tidy", 24 * MIB, [random(0, MIB)]);
    const vmId = await world.protectedVm({ name: "tidy", disks: [image], policy: standardPolicy });
    const jobId = await runJob(vmId, canceledAndKilled());
    const job = await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
    expect(job).toMatchObject({ state: "cancelled", error: null });
    expect(await world.steps(jobId)).toMatchObject({
      access: { state: "skipped", message: "Stopped: the job was canceled." },
      transfer: { state: "skipped", message: "Not reached: the job was canceled." },
    });
    await world.reconciled();
    const { restorePoints } = await world.control.snapshots();
    expect(restorePoints.filter(({ vm }) => vm.toLowerCase().endsWith("/tidy"))).toEqual([]);
    for (const kind of ["snapshot.created", "snapshot.removed", "job.cancelled"] as const) {
      expect(await world.db.prisma.ledgerEvent.count({ where: { kind, vmId } })).toBe(1);
    }
    expect(await world.db.prisma.azureResource.count({ where: { jobId, state: { not: "removed" } } })).toBe(
      0,
    );
  });
});
