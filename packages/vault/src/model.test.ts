import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  changedBackup,
  fullBackup,
  holds,
  ModelDisk,
  newVault,
  noise,
  putPoint,
  readAll,
  sha256,
  signal,
} from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { BLOCK_BYTES, type NodeRef } from "./index.ts";

const MIB = 1024 * 1024;
const DISK_BYTES = 6 * MIB + 1536;

type Step =
  | { readonly do: "write"; readonly offset: number; readonly length: number; readonly seed: number }
  | { readonly do: "clear"; readonly offset: number; readonly length: number }
  | { readonly do: "copy"; readonly from: number; readonly to: number }
  | { readonly do: "backup"; readonly ranges: boolean }
  | { readonly do: "delete"; readonly pick: number }
  | { readonly do: "condemn" }
  | { readonly do: "sweep" };

const offset = fc.integer({ min: 0, max: DISK_BYTES - 1 });
const length = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: BLOCK_BYTES, max: 2 * MIB }));
const block = fc.integer({ min: 0, max: Math.floor(DISK_BYTES / BLOCK_BYTES) - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      offset,
      length,
      seed: fc.integer({ min: 0, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("clear" as const), offset, length }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("copy" as const), from: block, to: block }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("backup" as const), ranges: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("condemn" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sweep" as const) }) },
);

interface Point {
  readonly id: string;
  readonly root: NodeRef | null;
  readonly rootDigest: string;
  readonly content: Buffer;
}

/** A disk, a vault, and the points that the vault must hold. */
async function newWorld() {
  const parts = await newVault(new MemoryStore());
  return {
    ...parts,
    disk: new ModelDisk(DISK_BYTES),
    points: new Map<string, Point>(),
    condemned: new Set<string>(),
    made: 0,
    last: "",
  };
}
type World = Awaited<ReturnType<typeof newWorld>>;

async function takePoint(world: World, ranges: boolean): Promise<void> {
  const { vault, disk, points } = world;
  const previous = points.get(world.last);
  const base = previous?.root ?? null;
  // Changed ranges refer to a base; without one the backup compares the allocated ranges.
  const isChanged = ranges && previous !== undefined;
  const backup = isChanged ? await changedBackup(vault, disk, base) : await fullBackup(vault, disk, base);
  disk.takeChanges();
  const id = `p${++world.made}`;
  await putPoint(vault, id, { disk, backup });
  const { root, rootDigest } = backup;
  points.set(id, { id, root, rootDigest, content: disk.bytes(0, disk.size) });
  world.last = id;
}

async function apply(world: World, step: Step): Promise<void> {
  const { vault, disk, points, index, condemned } = world;
  switch (step.do) {
    case "write":
      return disk.write(step.offset, noise(step.length, step.seed));
    case "clear":
      return disk.clear(step.offset, step.length);
    case "copy":
      return disk.write(step.to * BLOCK_BYTES, disk.bytes(step.from * BLOCK_BYTES, BLOCK_BYTES));
    case "backup":
      return takePoint(world, step.ranges);
    case "delete": {
      const id = [...points.keys()][step.pick % Math.max(1, points.size)];
      if (id === undefined) return;
      if (!(await vault.deleteManifest(id, signal))) throw new Error(`The point ${id} is missing.`);
      points.delete(id);
      return;
    }
    case "condemn": {
      const plan = await vault.planCollection({ keep: [], signal });
      if (plan.points !== points.size) throw new Error(`${plan.points} points instead of ${points.size}`);
      for (const pack of plan.condemned) condemned.add(pack);
      return index.condemn(plan.condemned);
    }
    case "sweep": {
      const result = await vault.sweep({ condemned: [...condemned], keep: [], signal });
      index.reprieve(result.reprieved);
      return condemned.clear();
    }
    default:
      step satisfies never;
  }
}

describe("a vault against a model", () => {
  it("restores every live point exactly after any writes, deletions and collections", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
        const world = await newWorld();
        for (const next of steps) await apply(world, next);
        const byContent = new Map<string, string>();
        for (const { id, root, rootDigest, content } of world.points.values()) {
          const back = await readAll(world.vault.openDisk(root, DISK_BYTES));
          expect(back.equals(content)).toBe(true);
          expect(await world.vault.verifyPoint(id, { mode: "full", signal })).toMatchObject({
            ok: true,
            problems: [],
          });
          // Equal disks have equal root digests, different disks different ones.
          const key = sha256(content);
          expect(byContent.get(key) ?? rootDigest).toBe(rootDigest);
          byContent.set(key, rootDigest);
        }
        expect(new Set(byContent.values()).size).toBe(byContent.size);
      }),
      { numRuns: 30 },
    );
  });

  it("frees everything after the last point is deleted", async () => {
    const world = await newWorld();
    for (let seed = 0; seed < 4; seed++) {
      world.disk.write(seed * MIB, noise(MIB, seed));
      await takePoint(world, true);
    }
    for (const id of world.points.keys()) await world.vault.deleteManifest(id, signal);
    const { condemned, condemnedBytes, liveBytes } = await world.vault.planCollection({ keep: [], signal });
    expect(liveBytes).toBe(0);
    const { freedBytes } = await world.vault.sweep({ condemned, keep: [], signal });
    expect(freedBytes).toBe(condemnedBytes);
    expect(world.store.packs()).toEqual([]);
  });

  it("keeps the packs of unfinished transfers, and reprieves a pack that a new point needs", async () => {
    const { vault, disk, store } = await newWorld();
    disk.write(0, noise(MIB, 1));
    const extents = disk.allocated();
    const job = { diskBytes: DISK_BYTES, segment: 0, extents, base: null, source: disk, signal } as const;
    const { node } = await vault.writeSegment({
      domain: "test",
      ...job,
      delta: "digest-comparison",
    });
    const keep = node === null ? [] : [node];
    expect((await vault.planCollection({ keep, signal })).condemned).toEqual([]);
    const { condemned } = await vault.planCollection({ keep: [], signal });
    expect(condemned).toHaveLength(store.packs().length);
    const sealed = await vault.sealDisk({ diskBytes: DISK_BYTES, segments: [node], signal });
    await putPoint(vault, "late", { disk, backup: sealed });
    expect(await vault.sweep({ condemned, keep: [], signal })).toEqual({
      deleted: [],
      freedBytes: 0,
      reprieved: condemned,
    });
    expect(await holds(vault, sealed.root, disk)).toBe(true);
  });
});
