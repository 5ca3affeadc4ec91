/** Damage of packs to which items moved: it concerns the maps that name their old places. */
import { expect, test } from "vitest";
import { newVault, noiseDisk, reopen, signal, takePoint, testKeys } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { movePack } from "../../test/move-pack.ts";
import { openKeys } from "../keys/open-keys.ts";
import { packName, packOfName } from "../names.ts";
import { splitNodeRef } from "../node-ref.ts";
import type { PackRef } from "../pack/kind.ts";

async function movedPoint(kind: PackRef["kind"]) {
  const { vault, store } = await newVault(new MemoryStore());
  const disk = noiseDisk(1024 * 1024, 400_000);
  const { root } = await takePoint(vault, "p", { disk });
  const pack = [...store.objects.keys()].map(packOfName).find((one) => one?.kind === kind);
  if (pack === undefined || pack === null || root === null) throw new Error("The vault has no such pack.");
  const original = Buffer.from(store.objects.get(packName(pack)) ?? []);
  const { keys } = await openKeys({ store, keys: testKeys(), signal });
  const target = await movePack(store, keys, pack);
  return { store, disk, root, pack, original, target };
}

test.each(["chunks", "nodes"] as const)(
  "a lost pack that %s moved to is needed by the point",
  async (kind) => {
    const { store, disk, root, pack, target } = await movedPoint(kind);
    store.objects.delete(packName(target));
    const vault = await reopen(store);
    const unreadable: unknown[] = [];
    const search = vault.reachDamage({
      match: (place) => (place.pack === target.pack ? ["lost"] : []),
      isMoved: (place) => place.pack === pack.pack,
      onUnreadable: (error) => unreadable.push(error),
    });
    expect([...(await search.below(root, signal))]).toEqual(["lost"]);
    expect(unreadable).toEqual([]);
    const { count } = await search.ranges(root, { diskBytes: disk.size, most: 10, signal });
    expect(count).toBeGreaterThan(0);
    expect(splitNodeRef(root).level).toBeGreaterThan(0);
  },
);

test("nothing is needed of a lost pack whose items readers find in another one", async () => {
  const { store, root, pack, target } = await movedPoint("chunks");
  const { keys } = await openKeys({ store, keys: testKeys(), signal });
  const second = await movePack(store, keys, target);
  const vault = await reopen(store);
  const search = vault.reachDamage({
    match: (place) => (place.pack === target.pack ? ["lost"] : []),
    isMoved: (place) => place.pack === pack.pack,
    onUnreadable: () => {},
  });
  expect(second.pack).not.toBe(target.pack);
  expect((await search.below(root, signal)).size).toBe(0);
});

test("a full verification reads the table of the pack that has a healed item", async () => {
  const { store, root, pack, original, target } = await movedPoint("chunks");
  // The damaged pack is still there, and its table is good.
  const spoiled = Buffer.from(original);
  spoiled.writeUInt8(spoiled.readUInt8(60) ^ 1, 60);
  store.objects.set(packName(pack), spoiled);
  const full = { mode: "full", signal } as const;
  const good = await (await reopen(store)).verifyPoint("p", full);
  expect(good).toMatchObject({ ok: true, tableProblems: 0 });
  expect(good.goodTables).toEqual(expect.arrayContaining([packName(pack), packName(target)]));

  const bytes = Buffer.from(store.objects.get(packName(target)) ?? []);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 40) ^ 1, bytes.length - 40);
  store.objects.set(packName(target), bytes);
  const { tableProblems, problemCount, findings, goodTables } = await (await reopen(store)).verifyPoint(
    "p",
    full,
  );
  expect({ tableProblems, problemCount }).toEqual({ tableProblems: 1, problemCount: 1 });
  expect(findings.tables).toMatchObject([{ object: packName(target), reason: "table" }]);
  expect(goodTables).not.toContain(packName(target));
  expect(root).not.toBeNull();
});
