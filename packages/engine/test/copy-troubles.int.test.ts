/** Second copies in trouble: an outage or a refusal of either vault, a kill, and damage in the first vault. */
import { join } from "node:path";
import { locks, newId, withLock } from "@kluis/db";
import { engineActor, jobSteps } from "@kluis/domain";
import { startAzurite } from "@kluis/local-stack/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { advance } from "../src/job/advance.ts";
import type { Machine, Step } from "../src/job/step.ts";
import { copyMachine } from "../src/jobs/copy/machine.ts";
import type { CopyMemory } from "../src/jobs/copy/memory.ts";
import { keepCopies } from "../src/upkeep/copies.ts";
import { addBlobVault, addFolderVault, copied, copyTo, setKey } from "./second-copies.ts";
import { MIB, type PointRow, random, standardPolicy, until, World } from "./world.ts";

/** Two parts of at most 1 GiB. Copying the second one takes seconds at the lowest limit of bandwidth. */
const DISK_BYTES = 1024 * MIB + 64 * MIB;
const SLOW = 5;
/** A busy machine needs more than the usual time. */
const LONG_MS = 300_000;
const signal = AbortSignal.timeout(4 * LONG_MS);

let world: World;
let engine: Engine;
let point: PointRow;
/** The first vault's server after an outage; the stack stops the first one. */
let server: Awaited<ReturnType<typeof startAzurite>> | null = null;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  const patches = [random(0, MIB), random(1024 * MIB, 40 * MIB)];
  const image = await world.image("src", DISK_BYTES, patches);
  const vmId = await world.protectedVm({ name: "src", disks: [image], policy: standardPolicy });
  point = await world.backUp(vmId);
  // Days pass in these tests: no other backup takes their time.
  await world.db.prisma.protection.update({ where: { vmId }, data: { state: "stopped" } });
}, LONG_MS);
afterAll(async () => {
  await world.stop();
  await server?.stop();
});

const prisma = () => world.db.prisma;

/** The newest copy job to a vault. */
const jobTo = (vaultId: string) =>
  prisma().job.findFirst({ where: { kind: "copy-point", vaultId }, orderBy: { createdAt: "desc" } });

function parkedJob(vaultId: string) {
  return until("the copy to be parked", 100_000, async () => {
    const job = await jobTo(vaultId);
    if (job !== null && job.state !== "running" && job.state !== "queued")
      throw new Error(JSON.stringify(job.error));
    return job === null || job.parkedSince === null ? null : job;
  });
}

/** When each part of a job ended, in order; null: it has not. */
async function ends(jobId: string): Promise<(Date | null)[]> {
  const where = { disk: { jobId } };
  const rows = await prisma().jobSegment.findMany({ where, orderBy: { segment: "asc" } });
  return rows.map(({ state, endedAt }) => (state === "done" ? endedAt : null));
}

const firstPart = (jobId: () => Promise<string | undefined>): Promise<Date> =>
  until("the first part", 100_000, async () => {
    const id = await jobId();
    return id === undefined ? null : ((await ends(id))[0] ?? null);
  });

const attention = (key: string) => prisma().attention.findUnique({ where: { key } });

/** The job made the copy, and it is whole. */
async function expectWhole(to: string, jobId: string): Promise<void> {
  const copy = await copied(world, point, to);
  expect(copy.jobId).toBe(jobId);
  expect(await world.pointDigest(copy, "os")).toBe(await world.pointDigest(point, "os"));
}

class Killed extends Error {}

/** Kills the first run of each step after its work, and one that waits for the second part. */
function killedOnce(killed: Set<string>, hasFirstPart: () => Promise<boolean>) {
  const wrap =
    (name: string, step: Step<CopyMemory>): Step<CopyMemory> =>
    async (context) => {
      const result = await step(context);
      const isWaiting = name === "transfer" && result.kind === "wait" && (await hasFirstPart());
      const edge = isWaiting ? "part" : name;
      if (killed.has(edge) || (name === "transfer" && result.kind === "wait" && !isWaiting)) return result;
      killed.add(edge);
      throw new Killed(edge);
    };
  const steps = { ...copyMachine.steps };
  for (const name of jobSteps["copy-point"]) steps[name] = wrap(name, steps[name]);
  return { ...copyMachine, steps } satisfies Machine<"copy-point", CopyMemory>;
}

describe("a second copy", () => {
  it(
    "is parked for a week while the first vault does not answer, and continues with the next part",
    async () => {
      const to = await addFolderVault(world, "slow");
      await copyTo(world, { from: point.vaultId, to }, { bandwidth: SLOW });
      await keepCopies(engine.deps, signal);
      const part = await firstPart(async () => (await jobTo(to))?.id);
      const { azurite, folder } = world.stack;
      await azurite.stop();
      const job = await parkedJob(to);
      expect(job).toMatchObject({ state: "running", parkedError: { code: "VAULT_UNREACHABLE" } });
      await copyTo(world, { from: point.vaultId, to });
      await world.clock.jump({ hours: 12 });
      expect(await attention(`transfer:${job.id}`)).toMatchObject({ notice: { code: "copy-parked" } });
      await world.clock.jump({ days: 6, hours: 12 });
      expect(await jobTo(to)).toMatchObject({ id: job.id, state: "running", error: null });
      server = await startAzurite({ dataDir: join(folder, "azurite"), port: azurite.port });
      await world.clock.jump({ minutes: 16 });
      await expectWhole(to, job.id);
      expect((await ends(job.id))[0]).toEqual(part);
      expect(await attention(`transfer:${job.id}`)).toBeNull();
    },
    LONG_MS,
  );

  it(
    "is parked while the second vault refuses, is late meanwhile, and is made when the refusal ends",
    async () => {
      const from = point.vaultId;
      const to = await addBlobVault(world, "refusing");
      await engine.deps.vaults.open(to);
      await setKey(world, to, "wrong");
      await copyTo(world, { from, to }, { lagHours: 24 });
      await keepCopies(engine.deps, signal);
      const job = await parkedJob(to);
      expect(JSON.stringify(job.parkedError)).toMatch(/"AZURE_(FORBIDDEN|AUTH_FAILED)"/);
      await world.clock.jump({ days: 7 });
      await keepCopies(engine.deps, signal);
      expect(await jobTo(to)).toMatchObject({ id: job.id, state: "running", error: null });
      expect(await prisma().job.count({ where: { vaultId: to } })).toBe(1);
      expect(await attention(`vault-copy:${from}`)).toMatchObject({
        notice: { code: "vault-copy-late", params: { points: 1 } },
      });
      await setKey(world, to, "right");
      await world.clock.jump({ minutes: 16 });
      await expectWhole(to, job.id);
      await keepCopies(engine.deps, signal);
      expect(await attention(`vault-copy:${from}`)).toBeNull();
    },
    LONG_MS,
  );

  it(
    "that is killed in a part and after each step copies no part twice, and ends once",
    async () => {
      const from = point.vaultId;
      const to = await addFolderVault(world, "killed");
      await copyTo(world, { from, to }, { bandwidth: SLOW });
      const jobId = newId();
      let part: Date | null = null;
      const killed = new Set<string>();
      const machine = killedOnce(killed, async () => {
        part ??= (await ends(jobId))[0] ?? null;
        return part !== null;
      });
      const { deps } = engine;
      await withLock(deps.db, locks.job(jobId), async () => {
        const job = { id: jobId, kind: "copy-point", vmId: point.vmId, pointId: point.id };
        await prisma().job.create({
          data: { ...job, parameters: { vaultId: to }, trigger: "schedule", actor: { ...engineActor } },
        });
        await until("the job's end", 200_000, async () => {
          try {
            return (await advance({ deps, machine, jobId, signal })) === null ? true : null;
          } catch (error) {
            if (error instanceof Killed) return null;
            throw error;
          }
        });
      });
      expect([...killed].toSorted()).toEqual([...jobSteps["copy-point"], "part"].toSorted());
      expect(part).not.toBeNull();
      await expectWhole(to, jobId);
      expect((await ends(jobId))[0]).toEqual(part);
      expect(await prisma().recoveryPoint.count({ where: { copyOf: point.id, vaultId: to } })).toBe(1);
    },
    LONG_MS,
  );

  it(
    "of a point that turns out damaged fails, and the damage is recorded in the first vault only",
    async () => {
      const from = point.vaultId;
      const to = await addFolderVault(world, "clean");
      const { store } = await engine.deps.vaults.open(from);
      for await (const { name } of store.list("packs/", signal)) {
        const bytes = Buffer.from(await store.get(name, { signal }));
        for (let at = 16; at < bytes.length; at += 512) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        await store.delete(name, signal);
        await store.put(name, [bytes], signal);
      }
      await copyTo(world, { from, to });
      await keepCopies(engine.deps, signal);
      const { id } = await until("the job", 60_000, () => jobTo(to));
      expect(await world.ended(id)).toMatchObject({
        state: "failed",
        error: { code: "VAULT_DATA_DAMAGED" },
      });
      const found = await prisma().vaultDamage.findMany();
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found.map(({ vaultId, foundBy }) => `${vaultId} ${foundBy}`))).toEqual(
        new Set([`${from} copy`]),
      );
      expect(await prisma().recoveryPoint.count({ where: { copyOf: point.id, vaultId: to } })).toBe(0);
      // Not at once again: every try would fail.
      await keepCopies(engine.deps, signal);
      expect(await prisma().job.count({ where: { kind: "copy-point", vaultId: to } })).toBe(1);
    },
    LONG_MS,
  );
});
