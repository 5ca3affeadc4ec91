/** Objects of an unknown epoch: anyone who can write to the store can add them, and they change no result. */
import { describe, expect, it } from "vitest";
import { fullBackup, holds, newVault, noiseDisk, putPoint, reopen, signal } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { packOfName } from "./names.ts";

const MIB = 1024 * 1024;
const junk = (magic: string): Buffer => Buffer.concat([Buffer.from(`${magic}junk`), Buffer.alloc(64, 7)]);

/** A point of which every chunk pack was compacted away. */
async function compacted() {
  const { vault, store, index } = await newVault(new MemoryStore());
  const disk = noiseDisk(4 * MIB, 3 * MIB);
  const backup = await fullBackup(vault, disk);
  await putPoint(vault, "a", { disk, backup });
  const packs = store.packs().flatMap((name) => {
    const ref = packOfName(name);
    return ref?.kind === "chunks" ? [ref.pack] : [];
  });
  const walk = vault.liveItems(new Set(packs));
  let open = backup.root === null ? [] : [backup.root];
  while (open.length > 0) open = (await Promise.all(open.map((ref) => walk.below(ref, signal)))).flat();
  index.condemn(packs);
  await vault.compact({ packs, kind: "chunks", items: walk.items(), index, signal });
  for (const pack of packs) store.objects.delete(`packs/${pack.slice(0, 2)}/${pack}`);
  return { disk, store, packs, root: backup.root };
}

const prefixOf = (pack: string): string => `moved/${pack.slice(0, 2)}/${pack}`;

describe("junk with an unknown epoch", () => {
  it("hides no moved table, however many there are", async () => {
    const { disk, store, packs, root } = await compacted();
    for (const pack of packs)
      for (let n = 0; n < 100; n++)
        store.objects.set(`${prefixOf(pack)}/${n.toString(16).padStart(16, "0")}`, junk("KLUISMV1"));
    const vault = await reopen(store);
    expect(await holds(vault, root, disk)).toBe(true);
    expect((await vault.verifyPoint("a", { mode: "full", signal })).problems).toEqual([]);
    const { packs: targets, isWhole } = await vault.movedTargets(packs[0] ?? "", signal);
    expect(targets).not.toEqual([]);
    expect(isWhole).toBe(false);
  });

  it("does not count as damage where it is all that is left: another holder may have a newer key", async () => {
    const { disk, store, packs, root } = await compacted();
    for (const pack of packs) {
      for (const name of store.names(`${prefixOf(pack)}/`)) store.objects.delete(name);
      store.objects.set(`${prefixOf(pack)}/0000000000000000`, junk("KLUISMV1"));
    }
    const reading = (await reopen(store)).openDisk(root, disk.size).read(0, MIB, signal);
    await expect(reading).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
  });

  it("is named by a collection, which frees nothing until it is gone", async () => {
    const { store, packs } = await compacted();
    const names = ["points/junk", `${prefixOf(packs[0] ?? "")}/0000000000000000`];
    store.objects.set(names[0] ?? "", junk("KLUISMF1"));
    store.objects.set(names[1] ?? "", junk("KLUISMV1"));
    const plan = await (await reopen(store)).planCollection({ keep: [], signal });
    expect(plan.unresolved.map(({ object }) => object)).toEqual(names);
    expect(plan.condemned).toEqual([]);
  });
});
