import { describe, expect, it } from "vitest";
import {
  backUp,
  changedBackup,
  holds,
  type ModelDisk,
  newVault,
  noise,
  noiseDisk,
  putPoint,
  reopen,
  signal,
  type TestVault,
  takePoint,
} from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { MemoryChunkIndex, type NodeRef, type Vault } from "../index.ts";
import { packOfName } from "../names.ts";
import type { PackKind } from "../pack/kind.ts";
import type { ChunkPlace } from "../types.ts";

const MIB = 1024 * 1024;

/** An index that knows which packs were moved, as the one in the database does. */
class MovingIndex extends MemoryChunkIndex {
  readonly gone = new Set<string>();

  moved(packs: readonly string[]): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(packs.filter((pack) => this.gone.has(pack))));
  }
}

const bytesOf = (store: MemoryStore): number =>
  [...store.objects.values()].reduce((sum, { length }) => sum + length, 0);
const packsOf = (store: MemoryStore, kind: PackKind): string[] =>
  store.packs().flatMap((name) => {
    const ref = packOfName(name);
    return ref?.kind === kind ? [ref.pack] : [];
  });

async function live(vault: Vault, packs: readonly string[], roots: readonly (NodeRef | null)[]) {
  const walk = vault.liveItems(new Set(packs));
  let open = roots.flatMap((root) => root ?? []);
  while (open.length > 0) open = (await Promise.all(open.map((ref) => walk.below(ref, signal)))).flat();
  return walk.items();
}

/** Replaces all packs of a kind, whatever they hold, and deletes the old ones. */
async function compactAll(
  { vault, store, index }: { vault: Vault; store: MemoryStore; index: MemoryChunkIndex },
  kind: PackKind,
  roots: readonly (NodeRef | null)[],
) {
  const packs = packsOf(store, kind);
  index.condemn(packs);
  const items = await live(vault, [...packs, ...packsMoved(store)], roots);
  const result = await vault.compact({ packs, kind, items, index, signal });
  for (const pack of packs)
    store.objects.delete(`${kind === "chunks" ? "packs" : "nodes"}/${pack.slice(0, 2)}/${pack}`);
  if (index instanceof MovingIndex) for (const pack of packs) index.gone.add(pack);
  return result;
}

const packsMoved = (store: MemoryStore): string[] =>
  store.names("moved/").map((name) => name.split("/")[2] ?? "");

/** 16 windows with two blocks each, four to a pack; three of four changed since the first point, which is gone. */
async function changedDisk(): Promise<
  TestVault & { store: MemoryStore; disk: ModelDisk; root: NodeRef | null }
> {
  const made = await newVault(new MemoryStore());
  const disk = noiseDisk(16 * MIB, 0);
  for (let window = 0; window < 16; window++) disk.write(window * MIB, noise(128 * 1024, window));
  const first = await takePoint(made.vault, "a", { disk });
  disk.takeChanges();
  for (let window = 0; window < 16; window++)
    if (window % 4 !== 0) disk.write(window * MIB, noise(128 * 1024, 50 + window));
  const second = await changedBackup(made.vault, disk, first.root);
  await putPoint(made.vault, "b", { disk, backup: second });
  await made.vault.deleteManifest("a", signal);
  return { ...made, disk, root: second.root };
}

describe("a compaction", () => {
  it("keeps every byte of the points that remain, and frees what they do not need", async () => {
    const made = await changedDisk();
    const { store, disk, root } = made;
    const before = bytesOf(store);
    const chunks = await compactAll(made, "chunks", [root]);
    const nodes = await compactAll(made, "nodes", [root]);
    expect([...chunks.failed, ...nodes.failed]).toEqual([]);
    expect(before - bytesOf(store)).toBeGreaterThan(MIB);
    const vault = await reopen(store);
    expect(await holds(vault, root, disk)).toBe(true);
    for (const mode of ["quick", "full"] as const)
      expect((await vault.verifyPoint("b", { mode, signal })).problems).toEqual([]);
  });

  it("can be repeated on its own packs: readers still need one move", async () => {
    const made = await changedDisk();
    const { store, disk, root } = made;
    for (let round = 0; round < 10; round++) {
      await compactAll(made, "chunks", [root]);
      await compactAll(made, "nodes", [root]);
    }
    const vault = await reopen(store);
    expect(await holds(vault, root, disk)).toBe(true);
    expect((await vault.verifyPoint("b", { mode: "full", signal })).problems).toEqual([]);
  });

  it("killed at any request, and run again, loses nothing", async () => {
    let kills = 0;
    for (let isKilled = true; isKilled; kills++) {
      const made = await changedDisk();
      const { store, disk, root } = made;
      let left = kills;
      const put = store.put.bind(store);
      store.put = (...args) => (left-- === 0 ? Promise.reject(new Error("killed")) : put(...args));
      isKilled = await compactAll(made, "chunks", [root]).then(
        () => false,
        () => true,
      );
      store.put = put;
      if (isKilled) await compactAll(made, "chunks", [root]);
      expect(await holds(await reopen(store), root, disk)).toBe(true);
    }
    expect(kills).toBeGreaterThan(3);
  });

  it("run twice at once leaves two ways to the same bytes", async () => {
    const made = await changedDisk();
    const { store, disk, root, vault, index } = made;
    const packs = packsOf(store, "chunks");
    index.condemn(packs);
    const items = await live(vault, packs, [root]);
    const options = { packs, kind: "chunks", items, index, signal } as const;
    await Promise.all([vault.compact(options), vault.compact(options)]);
    for (const pack of packs) store.objects.delete(`packs/${pack.slice(0, 2)}/${pack}`);
    expect(await holds(await reopen(store), root, disk)).toBe(true);
  });

  it("releases a copy that another pack has, after comparing the bytes", async () => {
    const { vault, store, index } = await newVault(new MemoryStore());
    const disk = noiseDisk(4 * MIB, 3 * MIB);
    const extents = disk.allocated();
    const write = (own: MemoryChunkIndex) =>
      backUp(vault, { source: disk, extents, delta: "digest-comparison", base: null, index: own });
    // Two backups at once: neither finds the other's chunks.
    const kept = await write(index);
    const keptPacks = new Set(packsOf(store, "chunks"));
    const twice = await write(new MemoryChunkIndex());
    const packs = packsOf(store, "chunks").filter((pack) => !keptPacks.has(pack));
    const items = await live(vault, packs, [twice.root, kept.root]);
    const result = await vault.compact({ packs, kind: "chunks", items, index, signal });
    expect(result.releasedBytes).toBeGreaterThan(3 * MIB);
    expect(result.storedBytes).toBe(0);
    for (const pack of packs) store.objects.delete(`packs/${pack.slice(0, 2)}/${pack}`);
    expect(await holds(await reopen(store), twice.root, disk)).toBe(true);
    // A copy that is not what the index says is not used.
    const other = new MemoryChunkIndex();
    const wrong: ChunkPlace = { pack: [...keptPacks][0] ?? "", offset: 8, length: 100 };
    other.lookup = (ids) => Promise.resolve(new Map(ids.map((id) => [id, wrong])));
    const again = [...keptPacks];
    const all = await live(vault, [...again, ...packs], [twice.root, kept.root]);
    const copied = await vault.compact({
      packs: again.slice(1),
      kind: "chunks",
      items: all,
      index: other,
      signal,
    });
    expect(copied.releasedBytes).toBe(0);
    for (const pack of again.slice(1)) store.objects.delete(`packs/${pack.slice(0, 2)}/${pack}`);
    expect(await holds(await reopen(store), kept.root, disk)).toBe(true);
    expect(await holds(await reopen(store), twice.root, disk)).toBe(true);
  });

  it("leaves a pack with a damaged item as it is, and compacts the others", async () => {
    const made = await changedDisk();
    const { store, vault, root, index } = made;
    const packs = packsOf(store, "chunks");
    const items = await live(vault, packs, [root]);
    const [bad] = items.filter(({ kind }) => kind === 1);
    const name = `packs/${bad?.pack.slice(0, 2)}/${bad?.pack}`;
    const object = Buffer.from(store.objects.get(name) ?? Buffer.alloc(0));
    object[(bad?.offset ?? 0) + 5] = (object[(bad?.offset ?? 0) + 5] ?? 0) ^ 1;
    store.objects.set(name, object);
    index.condemn(packs);
    const { failed, moved } = await vault.compact({ packs, kind: "chunks", items, index, signal });
    expect(failed.map(({ pack, error }) => [pack, error.code, error.params["offset"]])).toEqual([
      [bad?.pack, "VAULT_DATA_DAMAGED", bad?.offset],
    ]);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.some(({ pack }) => pack === bad?.pack)).toBe(false);
  });

  it("is followed by new leaves, so that nothing names the old packs any more", async () => {
    const index = new MovingIndex();
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(4 * MIB, 3 * MIB);
    const full = { source: disk, extents: disk.allocated(), delta: "digest-comparison", base: null } as const;
    const first = await backUp(vault, { ...full, index });
    const old = packsOf(store, "chunks");
    await compactAll({ vault, store, index }, "chunks", [first.root]);
    disk.takeChanges();
    for (const at of [0, 1, 2]) disk.write(at * MIB, noise(64 * 1024, 90 + at));
    const extents = disk.takeChanges();
    const next = await backUp(vault, {
      source: disk,
      extents,
      delta: "changed-ranges",
      base: first.root,
      index,
    });
    expect(await live(vault, old, [next.root])).toEqual([]);
    for (const name of store.names("moved/")) store.objects.delete(name);
    expect(await holds(await reopen(store), next.root, disk)).toBe(true);
  });
});
