/** A damaged second copy is healed from its point, and a damaged point from its second copy. */
import { inTransaction, locks, newId, recordDamage, withLock } from "@kluis/db";
import { engineActor, jobSteps, systemClock } from "@kluis/domain";
import { MemoryChunkIndex, parseNodeRef } from "@kluis/vault";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { advance } from "../src/job/advance.ts";
import type { Machine, Step } from "../src/job/step.ts";
import { copyMachine } from "../src/jobs/copy/machine.ts";
import type { CopyMemory } from "../src/jobs/copy/memory.ts";
import { openSettings } from "../src/runtime/vaults.ts";
import { keepCopies } from "../src/upkeep/copies.ts";
import { reachDamage } from "../src/upkeep/damage-reach.ts";
import { addFolderVault, copied, copyTo } from "./second-copies.ts";
import { MIB, type PointRow, random, standardPolicy, until, World } from "./world.ts";

const SIZE = 32 * MIB;
/** A busy machine needs more than the usual time. */
const LONG_MS = 300_000;
const signal = AbortSignal.timeout(2 * LONG_MS);
let world: World;
let engine: Engine;
let point: PointRow;
let copy: PointRow;
let wanted: Buffer;

beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  const second = await addFolderVault(world, "second");
  const image = await world.image("web", SIZE, [random(0, 3 * MIB), random(20 * MIB, MIB)]);
  const vmId = await world.protectedVm({ name: "web", disks: [image], policy: standardPolicy });
  point = await world.backUp(vmId);
  await world.db.prisma.protection.update({ where: { vmId }, data: { state: "stopped" } });
  await copyTo(world, { from: point.vaultId, to: second });
  await keepCopies(engine.deps, signal);
  copy = await copied(world, point, second);
  wanted = await content(point);
}, LONG_MS);
afterAll(() => world.stop());

const prisma = () => world.db.prisma;

/** Reads the OS disk of a point as a process does that has just started. */
async function content({ vaultId, disks }: PointRow): Promise<Buffer> {
  const settings = engine.deps.vaults.settingsOf(vaultId);
  const opening = { index: new MemoryChunkIndex(), clock: systemClock, signal, isKnown: true };
  const { vault } = await openSettings(settings, opening);
  const root = disks[0]?.root ?? null;
  return Buffer.from(
    await vault.openDisk(root === null ? null : parseNodeRef(root), SIZE).read(0, SIZE, signal),
  );
}

/** Deletes every pack of the point's vault, and records them as a verification does. */
async function lose({ id: pointId, vaultId }: PointRow): Promise<void> {
  const { store } = await engine.deps.vaults.open(vaultId);
  for (const prefix of ["packs/", "nodes/"])
    for (const { name } of await Array.fromAsync(store.list(prefix, signal))) {
      await store.delete(name, signal);
      const finding = { object: name, offset: -1, reason: "missing", problem: "it is missing" } as const;
      const found = { vaultId, foundBy: "verification", findings: [finding], pointId } as const;
      await inTransaction(world.db, (tx) => recordDamage(tx, found));
    }
  await reachDamage(engine.deps, signal);
}

const stateOf = async ({ id }: PointRow): Promise<string> =>
  (await prisma().recoveryPoint.findUniqueOrThrow({ where: { id } })).state;

const healingsOf = ({ id }: PointRow) =>
  prisma().job.findMany({ where: { kind: "copy-point", parameters: { path: ["heals"], equals: id } } });

async function expectHealed(healed: PointRow): Promise<void> {
  await reachDamage(engine.deps, signal);
  expect(await stateOf(healed)).toBe("available");
  expect((await content(healed)).equals(wanted)).toBe(true);
  expect(await prisma().vaultDamage.count({ where: { healedAt: null } })).toBe(0);
  const events = await prisma().ledgerEvent.findMany({ where: { kind: "vault.damage-healed" } });
  expect(events.map(({ data }) => data)).toContainEqual(expect.objectContaining({ healedBy: "copy" }));
}

class Killed extends Error {}

/** Kills the first run of each step after its work. */
function killedOnce(killed: Set<string>): Machine<"copy-point", CopyMemory> {
  const wrap =
    (name: string, step: Step<CopyMemory>): Step<CopyMemory> =>
    async (context) => {
      const result = await step(context);
      if (killed.has(name)) return result;
      killed.add(name);
      throw new Killed(name);
    };
  const steps = { ...copyMachine.steps };
  for (const name of jobSteps["copy-point"]) steps[name] = wrap(name, steps[name]);
  return { ...copyMachine, steps };
}

describe("healing from another vault", () => {
  it(
    "stores a damaged second copy again from its point, by one job although two engines look",
    async () => {
      await lose(copy);
      expect([await stateOf(copy), await stateOf(point)]).toEqual(["damaged", "available"]);
      await expect(content(copy)).rejects.toMatchObject({ code: "VAULT_OBJECT_MISSING" });
      await Promise.all([keepCopies(engine.deps, signal), keepCopies(engine.deps, signal)]);
      const [job, ...others] = await healingsOf(copy);
      expect(others).toEqual([]);
      expect(job).toMatchObject({ pointId: point.id, parameters: { heals: copy.id } });
      expect(await world.ended(job?.id ?? "")).toMatchObject({ state: "succeeded", error: null });
      await expectHealed(copy);
      await keepCopies(engine.deps, signal);
      expect(await healingsOf(copy)).toHaveLength(1);
    },
    LONG_MS,
  );

  it(
    "stores a damaged point again from its second copy, also when each step is killed once",
    async () => {
      await lose(point);
      expect([await stateOf(point), await stateOf(copy)]).toEqual(["damaged", "available"]);
      const jobId = newId();
      const killed = new Set<string>();
      const machine = killedOnce(killed);
      await withLock(engine.deps.db, locks.job(jobId), async () => {
        const job = { id: jobId, kind: "copy-point", vmId: copy.vmId, pointId: copy.id } as const;
        const parameters = { vaultId: point.vaultId, heals: point.id };
        await prisma().job.create({
          data: { ...job, parameters, trigger: "schedule", actor: { ...engineActor } },
        });
        await keepCopies(engine.deps, signal);
        expect(await healingsOf(point)).toHaveLength(1);
        await until("the job's end", 200_000, async () => {
          try {
            return (await advance({ deps: engine.deps, machine, jobId, signal })) === null ? true : null;
          } catch (error) {
            if (error instanceof Killed) return null;
            throw error;
          }
        });
      });
      expect([...killed].toSorted()).toEqual([...jobSteps["copy-point"]].toSorted());
      expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null });
      await expectHealed(point);
    },
    LONG_MS,
  );
});
