import { describe, expect, it } from "vitest";
import {
  fullBackup,
  holds,
  newVault,
  noiseDisk,
  reopen,
  signal,
  takePoint,
  testKeys,
} from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { movePack } from "../../test/move-pack.ts";
import { openKeys } from "../keys/open-keys.ts";
import { movedPrefix, newMovedName, packName, packOfName } from "../names.ts";
import type { PackRef } from "../pack/kind.ts";
import { encodeMovedTable, type MovedTable } from "./moved.ts";

async function moveAway(store: MemoryStore, pack: PackRef): Promise<PackRef> {
  return movePack(store, (await openKeys({ store, keys: testKeys(), signal })).keys, pack);
}

function packsIn(store: MemoryStore): PackRef[] {
  return [...store.objects.keys()].flatMap((name) => packOfName(name) ?? []);
}

describe("a vault with compacted packs", () => {
  it("reads, verifies and collects through chains of moved tables", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(3 * 1024 * 1024, 1_500_000);
    disk.write(2_500_000, Buffer.alloc(200_000, "text "));
    const { root } = await takePoint(vault, "p", { disk });
    const packs = packsIn(store);
    for (const pack of packs) await moveAway(store, await moveAway(store, pack));
    const again = await reopen(store);
    expect(await holds(again, root, disk)).toBe(true);
    for (const mode of ["quick", "full"] as const) {
      expect(await again.verifyPoint("p", { mode, signal })).toMatchObject({ ok: true, problems: [] });
    }
    const plan = await again.planCollection({ keep: [], signal });
    expect(plan.condemned).toEqual([]);
    expect(plan.packs).toBe(packs.length);
  });

  it("names the missing pack when its moved table is missing too", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(1024 * 1024, 100_000);
    const { root } = await fullBackup(vault, disk);
    const pack = packsIn(store).find(({ kind }) => kind === "chunks");
    if (pack === undefined) throw new Error("The vault has no pack.");
    await moveAway(store, pack);
    for (const name of store.names(movedPrefix(pack.pack))) store.objects.delete(name);
    const again = await reopen(store);
    const read = again.openDisk(root, disk.size).read(0, 10, signal);
    await expect(read).rejects.toMatchObject({
      code: "VAULT_OBJECT_MISSING",
      params: { object: packName(pack) },
    });
  });

  /** The only chunk pack of a small vault, and a reader's result for the whole disk. */
  async function small() {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(1024 * 1024, 100_000);
    const { root } = await fullBackup(vault, disk);
    const pack = packsIn(store).find(({ kind }) => kind === "chunks");
    if (pack === undefined) throw new Error("The vault has no pack.");
    const { keys } = await openKeys({ store, keys: testKeys(), signal });
    const move = async (from: string, table: MovedTable) => {
      const name = newMovedName(from);
      await store.put(name, [encodeMovedTable(name, table, keys)], signal);
    };
    const isReadable = async () => holds(await reopen(store), root, disk);
    return { store, pack, keys, move, isReadable, disk, root };
  }

  it("heals an item that does not open, and ignores junk and tables that lead nowhere", async () => {
    const { store, pack, move, isReadable } = await small();
    const original = store.objects.get(packName(pack)) ?? Buffer.alloc(0);
    await moveAway(store, pack);
    await move(
      pack.pack,
      new Map([[8, { pack: "ee".repeat(12) + pack.pack.slice(24), offset: 8, length: 100 }]]),
    );
    store.objects.set(newMovedName(pack.pack), Buffer.from("junk"));
    store.objects.set(`${movedPrefix(pack.pack)}junk`, Buffer.from("junk"));
    expect(await isReadable()).toBe(true);
    const flipped = Buffer.from(original);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    store.objects.set(packName(pack), flipped);
    expect(await isReadable()).toBe(true);
  });

  it("finds a table that was written after the reader first looked", async () => {
    const { store, pack, root, disk } = await small();
    const reader = await reopen(store);
    const original = store.objects.get(packName(pack)) ?? Buffer.alloc(0);
    store.objects.delete(packName(pack));
    await expect(holds(reader, root, disk)).rejects.toMatchObject({ code: "VAULT_OBJECT_MISSING" });
    store.objects.set(packName(pack), original);
    await moveAway(store, pack);
    expect(await holds(reader, root, disk)).toBe(true);
  });

  it("follows eight moves and no more, and refuses cycles", async () => {
    const { store, pack, move, isReadable } = await small();
    let last = pack;
    for (let n = 0; n < 8; n++) last = await moveAway(store, last);
    expect(await isReadable()).toBe(true);
    await moveAway(store, last);
    await expect(isReadable()).rejects.toMatchObject({ code: "VAULT_DATA_DAMAGED" });
    for (const name of store.names("moved/")) store.objects.delete(name);
    const other = "ab".repeat(12) + pack.pack.slice(24);
    await move(pack.pack, new Map([[8, { pack: other, offset: 8, length: 100 }]]));
    await move(other, new Map([[8, { pack: pack.pack, offset: 8, length: 100 }]]));
    await expect(isReadable()).rejects.toMatchObject({ code: "VAULT_DATA_DAMAGED" });
  });
});
