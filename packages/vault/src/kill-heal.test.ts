import { describe, expect, it } from "vitest";
import { FailingStore, type Failure } from "../test/failing-store.ts";
import { KnownDamage } from "../test/faults/known-damage.ts";
import {
  backUp,
  holds,
  type ModelDisk,
  newVault,
  noise,
  noiseDisk,
  putPoint,
  reopen,
  signal,
  smallLimits,
  takePoint,
  testKeys,
} from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { type ChunkIndex, type MemoryChunkIndex, type NodeRef, openVault } from "./index.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

interface Damaged {
  readonly store: MemoryStore;
  readonly index: MemoryChunkIndex;
  readonly disk: ModelDisk;
  readonly points: readonly { readonly root: NodeRef | null; readonly disk: ModelDisk }[];
  readonly known: KnownDamage;
}

/** Two points that share packs, of which one with chunks and one with nodes are gone, and a disk that has all their content. */
async function damagedVault(): Promise<Damaged> {
  const { vault, store, index } = await newVault(new MemoryStore(), 200 * KIB);
  const disk = noiseDisk(4 * MIB, 0);
  for (let window = 0; window < 3; window++) disk.write(window * MIB, noise(128 * KIB, window));
  const first = await takePoint(vault, "p1", { disk });
  const before = disk.snapshot();
  const older = new Set(store.objects.keys());
  disk.write(3 * MIB, noise(70_000, 9));
  const second = await takePoint(vault, "p2", { disk, base: first.root });
  const points = [
    { root: first.root, disk: before },
    { root: second.root, disk: disk.snapshot() },
  ];
  const known = new KnownDamage();
  await vault.rebuildIndex(known.recorder(), signal);
  // Nodes that the disk's present content gives again: those of the second point.
  const gone = [
    ...store.names("packs/").slice(0, 1),
    ...store.names("nodes/").filter((name) => !older.has(name)),
  ];
  for (const name of gone) {
    store.objects.delete(name);
    known.add({ object: name, offset: -1, reason: "missing", problem: "it is missing" });
  }
  return { store, index, disk, points, known };
}

/** The index in the database: its commits are edges too, at which a process can be killed. */
function dyingIndex(inner: ChunkIndex, store: FailingStore): ChunkIndex {
  return {
    lookup: (ids) => inner.lookup(ids),
    add: (pack, entries) => store.commit(() => inner.add(pack, entries)),
    removePacks: (packs) => store.commit(() => inner.removePacks(packs)),
  };
}

async function backUpHealing(
  { disk, points, known }: Damaged,
  { store, index, id }: { store: MemoryStore | FailingStore; index: ChunkIndex; id: string },
) {
  const limits = smallLimits(200 * KIB);
  const vault = await openVault({ store, keys: testKeys(), index, limits, signal });
  const parts = { avoid: known.set(), index: known.index(index) };
  const options = { source: disk, extents: disk.allocated(), delta: "digest-comparison" } as const;
  const backup = await backUp(vault, { ...options, base: points[1]?.root ?? null, ...parts });
  await putPoint(vault, id, { disk, backup });
  return { vault, backup };
}

describe("a backup that heals", () => {
  for (const how of ["before", "after"] satisfies Failure[]) {
    it(`killed at any write or commit, ${how} it took effect, and run again, heals every point`, {
      timeout: 180_000,
    }, async () => {
      let kills = 0;
      for (let at = 1; ; at++) {
        const damaged = await damagedVault();
        const { store, index, points, disk } = damaged;
        const dying = new FailingStore(store, at, how);
        const run = await backUpHealing(damaged, {
          store: dying,
          index: dyingIndex(index, dying),
          id: "killed",
        }).then(
          () => "done",
          () => "killed",
        );
        // Another process knows the same damage: what the first one healed was not recorded yet.
        const { vault, backup } = await backUpHealing(damaged, { store, index, id: "p3" });
        const fresh = await reopen(store);
        const held = [...points, { root: backup.root, disk }];
        expect(await Promise.all(held.map((point) => holds(fresh, point.root, point.disk)))).toEqual([
          true,
          true,
          true,
        ]);
        // A collection takes the leavings of the killed run, and nothing else.
        if (run === "killed") await vault.deleteManifest("killed", signal);
        const { condemned } = await vault.planCollection({ keep: [], signal });
        index.condemn(condemned);
        await vault.sweep({ condemned, keep: [], signal });
        expect((await vault.planCollection({ keep: [], signal })).condemned).toEqual([]);
        const after = await reopen(store);
        for (const point of held) expect(await holds(after, point.root, point.disk)).toBe(true);
        if (run === "done") break;
        kills += 1;
      }
      expect(kills).toBeGreaterThanOrEqual(5);
    });
  }
});

describe("a prune and a collection", () => {
  it("killed at any deletion or commit, and run again, keep what remains and leave nothing over", async () => {
    let kills = 0;
    for (let at = 1; ; at++) {
      const { vault, store, index } = await newVault(new MemoryStore(), 200 * KIB);
      const disk = noiseDisk(3 * MIB, 300 * KIB);
      const { root } = await takePoint(vault, "p1", { disk });
      disk.write(0, noise(200 * KIB, 5));
      const kept = await takePoint(vault, "p2", { disk, base: root });
      const dying = new FailingStore(store, at, at % 2 === 0 ? "before" : "after");
      const run = await pruned(dying, dyingIndex(index, dying)).then(
        () => "done",
        () => "killed",
      );
      await pruned(store, index);
      const fresh = await reopen(store);
      expect(await holds(fresh, kept.root, disk)).toBe(true);
      expect(await fresh.verifyPoint("p2", { mode: "full", signal })).toMatchObject({ ok: true });
      expect(store.names("points/")).toEqual(["points/p2"]);
      expect((await fresh.planCollection({ keep: [], signal })).condemned).toEqual([]);
      if (run === "done") break;
      kills += 1;
    }
    expect(kills).toBeGreaterThanOrEqual(3);
  });

  /** Deletes the first point and collects what it alone needed. */
  async function pruned(store: MemoryStore | FailingStore, index: ChunkIndex): Promise<void> {
    const vault = await openVault({ store, keys: testKeys(), index, signal });
    await vault.deleteManifest("p1", signal);
    const { condemned } = await vault.planCollection({ keep: [], signal });
    await vault.sweep({ condemned, keep: [], signal });
  }
});
