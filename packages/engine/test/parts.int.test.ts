/** The parts of one disk, or of its second copy, on two engines: both move some, none twice, and one finishes when the other is killed. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Engine } from "../src/engine.ts";
import { keepCopies } from "../src/upkeep/copies.ts";
import { addFolderVault, copied, copyTo } from "./second-copies.ts";
import { MIB, random, standardPolicy, World } from "./world.ts";

const SEGMENT = 1024 * MIB;
const PARTS = 4;
const oneSlot = { env: { KLUIS_ENGINE_CONCURRENCY: "1" } };
let world: World;
let engines: readonly [Engine, Engine];

beforeAll(async () => {
  world = await World.start();
  engines = [await world.startEngine(oneSlot), await world.startEngine(oneSlot)];
});
afterAll(() => world.stop());

/** A VM with a little data in each part of its disk. */
async function vmOf(name: string): Promise<string> {
  const patches = Array.from({ length: PARTS }, (_, part) => random(part * SEGMENT + MIB, MIB));
  const image = await world.image(name, PARTS * SEGMENT, patches);
  return world.protectedVm({ name, disks: [image], policy: standardPolicy });
}

/** Counts the parts that an engine begins to move. */
const movesOf = ({ deps }: Engine) => vi.spyOn(deps.policyRates, "within");

async function doneParts(jobId: string): Promise<number> {
  return world.db.prisma.jobSegment.count({ where: { disk: { jobId }, state: "done" } });
}

describe("the parts of one disk", () => {
  it("are moved by both engines, and none twice", async () => {
    const vmId = await vmOf("wide");
    const [a, b] = engines.map(movesOf);
    const jobId = await world.startBackup(vmId);
    const job = await world.ended(jobId);
    expect(job).toMatchObject({ state: "succeeded" });
    const counts = [a, b].map((moves) => moves?.mock.calls.length ?? 0);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(counts.reduce((sum, count) => sum + count)).toBe(PARTS);
    expect(await doneParts(jobId)).toBe(PARTS);
    vi.restoreAllMocks();
  });

  it("are copied to the second vault by both engines, and none twice", async () => {
    const to = await addFolderVault(world, "second");
    const vmId = await vmOf("copied");
    const point = await world.backUp(vmId);
    const copyRates = engines.map(({ deps }) => vi.spyOn(deps.vaults, "copyRate"));
    await copyTo(world, { from: point.vaultId, to });
    await keepCopies(engines[0].deps, AbortSignal.timeout(60_000));
    const copy = await copied(world, point, to);
    await world.until("the copies of all points", 60_000, async () => {
      const open = await world.db.prisma.job.count({ where: { kind: "copy-point", endedAt: null } });
      return open === 0 ? true : null;
    });
    const counts = copyRates.map((moves) => moves.mock.calls.length);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    const where = { state: "done", disk: { job: { kind: "copy-point" } } };
    expect(counts.reduce((sum, count) => sum + count)).toBe(
      await world.db.prisma.jobSegment.count({ where }),
    );
    expect(await world.pointDigest(copy, "os")).toBe(await world.pointDigest(point, "os"));
    vi.restoreAllMocks();
  });

  it("are finished by the other engine when one is killed while it moves a part", async () => {
    const vmId = await vmOf("torn");
    const [a, b] = engines;
    // The part that this engine has does not end before the job does.
    const killed = Promise.withResolvers<never>();
    const held = vi.spyOn(a.deps.policyRates, "within").mockReturnValue(killed.promise);
    const others = movesOf(b);
    const jobId = await world.startBackup(vmId);
    await world.until("a part on the first engine", 60_000, () =>
      Promise.resolve(held.mock.calls.length > 0 ? true : null),
    );
    void a.abandon();
    const job = await world.ended(jobId);
    killed.reject(new Error("The engine was killed."));
    expect(job).toMatchObject({ state: "succeeded" });
    expect(others.mock.calls.length).toBe(PARTS);
    const point = await world.pointOf(jobId);
    expect(point.disks.map(({ movedBytes }) => Number(movedBytes))).toEqual([PARTS * MIB]);
  });
});
