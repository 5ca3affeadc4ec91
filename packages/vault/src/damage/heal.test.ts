import { findingOf } from "@kluis/domain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Backup,
  type BackupOptions,
  backUp,
  holds,
  ModelDisk,
  newVault,
  noise,
  reopen,
  type TestVault,
} from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import {
  BLOCK_BYTES,
  type ChunkIndex,
  type DamageSet,
  type NodeRef,
  SEGMENT_BYTES,
  type SegmentDelta,
  WINDOW_BYTES,
} from "../index.ts";
import { packOfName } from "../names.ts";

const KIB = 1024;

/** Whole packs as damage, and an index that leaves them out, as the database does. */
function damageOf(names: readonly string[], index: ChunkIndex): { avoid: DamageSet; index: ChunkIndex } {
  const packs = new Set(names.map((name) => packOfName(name)?.pack));
  const avoid: DamageSet = {
    isEmpty: packs.size === 0,
    hasPack: (pack) => packs.has(pack),
    has: ({ pack }) => packs.has(pack),
    placesOf: async () => new Map(),
  };
  const lookup: ChunkIndex["lookup"] = async (ids) => {
    const found = new Map(await index.lookup(ids));
    for (const [id, { pack }] of found) if (packs.has(pack)) found.delete(id);
    return found;
  };
  const add: ChunkIndex["add"] = (pack, entries) => index.add(pack, entries);
  return { avoid, index: { lookup, add, removePacks: (gone) => index.removePacks(gone) } };
}

/** A byte in the middle of every item is wrong. */
function spoil(store: MemoryStore, name: string): void {
  const bytes = Buffer.from(store.objects.get(name) ?? []);
  for (let at = 8; at < bytes.length; at += 64) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  store.objects.set(name, bytes);
}

describe("a damaged vault", () => {
  interface World extends TestVault {
    readonly store: MemoryStore;
    readonly disk: ModelDisk;
  }

  async function world(size = 6 * WINDOW_BYTES): Promise<World> {
    const made = await newVault(new MemoryStore());
    const disk = new ModelDisk(size);
    disk.write(0, noise(Math.min(size, 4 * WINDOW_BYTES + 100 * KIB), 1));
    return { ...made, disk };
  }

  /** Little data in each of three windows: packs of two chunks. */
  async function sparseWorld(): Promise<World> {
    const made = await newVault(new MemoryStore(), 150 * KIB);
    const disk = new ModelDisk(3 * WINDOW_BYTES);
    for (let window = 0; window < 3; window++)
      disk.write(window * WINDOW_BYTES, noise(2 * BLOCK_BYTES, window));
    return { ...made, disk };
  }

  async function backup(
    { vault, disk }: World,
    delta: SegmentDelta,
    options: Partial<BackupOptions> & { readonly base: NodeRef | null },
  ): Promise<Backup> {
    const changes = disk.takeChanges();
    const extents = delta === "changed-ranges" ? changes : disk.allocated();
    return backUp(vault, { source: disk, extents, delta, ...options });
  }

  for (const delta of ["digest-comparison", "changed-ranges"] as const) {
    it(`heals every older point with the content that a backup meets again (${delta})`, async () => {
      const w = await world();
      const roots: (NodeRef | null)[] = [];
      let base: NodeRef | null = null;
      // Points that share a pack: each changes one other block, and the snapshot of each is kept.
      const disks: ModelDisk[] = [];
      for (let n = 0; n < 8; n++) {
        if (n > 0) w.disk.write(5 * WINDOW_BYTES + n * BLOCK_BYTES, noise(BLOCK_BYTES, 50 + n));
        const { root }: Backup = await backup(w, n === 0 ? "digest-comparison" : "changed-ranges", { base });
        base = root;
        roots.push(root);
        disks.push(w.disk.snapshot());
      }
      const packs = w.store.names("packs/").slice(0, 4);
      for (const name of packs) spoil(w.store, name);
      const known = damageOf(packs, w.index);
      const { root, healed } = await backup(w, delta, { base, ...known });
      expect(healed.length).toBeGreaterThan(0);
      const fresh = await reopen(w.store);
      expect(await holds(fresh, root, w.disk)).toBe(true);
      const held = await Promise.all(roots.map((old, n) => holds(fresh, old, disks[n] ?? w.disk)));
      expect(held).toEqual(roots.map(() => true));
    });
  }

  it("without known damage writes nothing more, and shares the base", async () => {
    const w = await world();
    const first = await backup(w, "digest-comparison", { base: null });
    const objects = w.store.objects.size;
    const { avoid } = damageOf([], w.index);
    const second = await backup(w, "changed-ranges", { base: first.root, avoid });
    expect(second).toMatchObject({ root: first.root, healed: [], unreadable: [] });
    expect(w.store.objects.size).toBe(objects);
  });

  it("keeps what the disk no longer has damaged, and never takes it into a new point", async () => {
    const w = await world();
    const first = await backup(w, "digest-comparison", { base: null });
    const old = w.disk.snapshot();
    for (const name of w.store.names("packs/")) w.store.objects.delete(name);
    w.disk.write(0, noise(BLOCK_BYTES, 77));
    const gone = damageOf([...w.store.objects.keys(), ...w.store.names("packs/")], w.index);
    const all: DamageSet = { ...gone.avoid, hasPack: () => true, has: ({ pack }) => isGone(w, pack) };
    const index: ChunkIndex = { ...gone.index, lookup: async () => new Map() };
    const next = await backup(w, "changed-ranges", { base: first.root, avoid: all, index });
    const fresh = await reopen(w.store);
    expect(await holds(fresh, next.root, w.disk)).toBe(true);
    const reader = fresh.openDisk(first.root, old.size);
    const signal = new AbortController().signal;
    // The first window has another first block now, so its chunk is gone; the others were met again.
    await expect(reader.read(0, BLOCK_BYTES, signal)).rejects.toMatchObject({ code: "VAULT_OBJECT_MISSING" });
    const rest = await reader.read(WINDOW_BYTES, 3 * WINDOW_BYTES, signal);
    expect(Buffer.from(rest).equals(old.bytes(WINDOW_BYTES, 3 * WINDOW_BYTES))).toBe(true);
  });

  it("of which a node of the base does not open stops no backup, by changed ranges too", async () => {
    for (const isKnown of [false, true]) {
      const w = await world();
      const first = await backup(w, "digest-comparison", { base: null });
      const nodes = w.store.names("nodes/");
      for (const name of nodes) spoil(w.store, name);
      w.disk.write(2 * WINDOW_BYTES, noise(BLOCK_BYTES, 5));
      const vault = await reopen(w.store);
      const known = isKnown ? damageOf(nodes, w.index) : {};
      const next = await backup({ ...w, vault }, "changed-ranges", { base: first.root, ...known });
      expect(next.unreadable.length > 0).toBe(!isKnown);
      const fresh = await reopen(w.store);
      expect(await holds(fresh, next.root, w.disk)).toBe(true);
    }
  });

  it("has its nodes again when the disk did not change", async () => {
    const w = await world(SEGMENT_BYTES + 4 * WINDOW_BYTES);
    const first = await backup(w, "digest-comparison", { base: null });
    const nodes = w.store.names("nodes/");
    for (const name of nodes) w.store.objects.delete(name);
    const bases: Pick<Backup, "root"> = first;
    const known = damageOf(nodes, w.index);
    const sealed = await w.vault.sealDisk({
      diskBytes: w.disk.size,
      segments: (await segmentsAgain(w, known)).map(({ node }) => node),
      base: bases.root,
      signal: new AbortController().signal,
      avoid: known.avoid,
    });
    expect(sealed.healed).toHaveLength(1);
    const signal = new AbortController().signal;
    const vault = await reopen(w.store);
    const read = await vault.openDisk(first.root, w.disk.size).read(0, 6 * WINDOW_BYTES, signal);
    expect(Buffer.from(read).equals(w.disk.bytes(0, 6 * WINDOW_BYTES))).toBe(true);
  });

  it("never costs a backup its content, whatever is damaged", async () => {
    const damage = fc.record({
      packs: fc.array(fc.nat(100), { minLength: 1, maxLength: 4 }),
      isKnown: fc.boolean(),
      isGone: fc.boolean(),
      delta: fc.constantFrom("changed-ranges" as const, "digest-comparison" as const),
      write: fc.nat(47),
      seed: fc.nat(1_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (rounds) => {
        const w = await sparseWorld();
        let { root } = await backup(w, "digest-comparison", { base: null });
        const spoiled = new Set<string>();
        for (const { packs, isKnown, isGone: isDeleted, delta, write, seed } of rounds) {
          const names = w.store.packs();
          const chosen = packs.flatMap((n) => names[n % names.length] ?? []);
          // A damaged chunk pack that is not known is inherited: only reading it shows it.
          const harmed = chosen.filter((name) => isKnown || name.startsWith("nodes/"));
          for (const name of harmed) {
            spoiled.add(name);
            if (isDeleted) w.store.objects.delete(name);
            else spoil(w.store, name);
          }
          w.disk.write(write * BLOCK_BYTES, noise(BLOCK_BYTES, seed));
          const found = new Set([...spoiled].filter((name) => isKnown || name.startsWith("packs/")));
          // Nodes that nothing read are inherited: reading the point names one, and the next backup does without it.
          for (let tries = 0; ; tries++) {
            const known = damageOf([...found], w.index);
            const vault = await reopen(w.store);
            ({ root } = await backup({ ...w, vault }, delta, { base: root, ...known }));
            const named = await damageMet(w, root);
            if (named === null) break;
            expect([tries < 8, spoiled.has(named), found.has(named)]).toEqual([true, true, false]);
            found.add(named);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  /** The object that a restore names; null when it returned every byte. */
  async function damageMet(w: World, root: NodeRef | null): Promise<string | null> {
    const finding = await reopen(w.store)
      .then((vault) => holds(vault, root, w.disk))
      .then(
        (isHeld) => (isHeld ? null : "other bytes"),
        (error: unknown) => findingOf(error)?.object ?? "no name",
      );
    return finding;
  }

  const isGone = ({ store }: World, pack: string): boolean =>
    ![...store.objects.keys()].some((name) => name.endsWith(pack));

  /** Every segment of a disk whose base has lost all nodes, read whole. */
  async function segmentsAgain(w: World, known: ReturnType<typeof damageOf>) {
    const found = [];
    const diskBytes = w.disk.size;
    for (let segment = 0; segment * SEGMENT_BYTES < diskBytes; segment++) {
      const shared = { domain: "test", diskBytes, segment, source: w.disk, base: null, ...known };
      found.push(
        await w.vault.writeSegment({
          ...shared,
          extents: w.disk.allocated(),
          delta: "digest-comparison",
          signal: new AbortController().signal,
        }),
      );
    }
    return found;
  }
});
