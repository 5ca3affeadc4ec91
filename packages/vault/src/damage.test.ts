import { isKluisError } from "@kluis/domain";
import { beforeEach, describe, expect, it } from "vitest";
import { type ModelDisk, newVault, noiseDisk, readAll, reopen, signal, takePoint } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { MemoryChunkIndex, type NodeRef } from "./index.ts";

const MIB = 1024 * 1024;

/** The results of reading and of both verifications of a damaged vault. */
interface Findings {
  readonly read: unknown;
  readonly full: readonly { readonly object: string }[];
  readonly quickOk: boolean;
}

describe("a damaged vault", () => {
  let store: MemoryStore;
  let disk: ModelDisk;
  let root: NodeRef | null;

  beforeEach(async () => {
    store = new MemoryStore();
    disk = noiseDisk(4 * MIB, 2 * MIB + 100_000);
    disk.write(3 * MIB, Buffer.alloc(MIB, "compressible "));
    const { vault } = await newVault(store);
    ({ root } = await takePoint(vault, "p", { disk }));
  });

  async function findings(): Promise<Findings> {
    const vault = await reopen(store);
    const read: unknown = await readAll(vault.openDisk(root, disk.size)).catch((error: unknown) => error);
    const full = await vault.verifyPoint("p", { mode: "full", signal });
    const quick = await vault.verifyPoint("p", { mode: "quick", signal });
    if (full.ok !== (full.problems.length === 0)) throw new Error("ok and problems disagree");
    return { read, full: full.problems, quickOk: quick.ok };
  }

  /** Errors in the handling of a flipped byte in this pack; empty when the handling is right. */
  async function judge(name: string): Promise<string[]> {
    const { read, full } = await findings();
    const namesPack = (error: unknown) =>
      isKluisError(error, "VAULT_DATA_DAMAGED") && error.params["object"] === name;
    if (full.length > 0) {
      return [
        ...(namesPack(read) ? [] : ["reading does not name the pack"]),
        ...(full.every(({ object }) => object === name) ? [] : ["verification names other objects"]),
      ];
    }
    // The byte is in the table, which only the index needs: the content is right, and a rebuild names the pack.
    const { unread } = await (await reopen(store)).rebuildIndex(new MemoryChunkIndex(), signal);
    return [
      ...(Buffer.isBuffer(read) && read.equals(disk.bytes(0, disk.size)) ? [] : ["wrong content"]),
      ...(unread.some(namesPack) ? [] : ["rebuilding does not name the pack"]),
    ];
  }

  it("is found for every flipped byte of every pack of a point, with the name of the pack", async () => {
    const wrong: string[] = [];
    for (const name of store.packs()) {
      const original = store.objects.get(name) ?? Buffer.alloc(0);
      const steps = Math.ceil(original.length / 12);
      for (let at = 8; at < original.length; at += steps) {
        const flipped = Buffer.from(original);
        flipped[at] = (flipped[at] ?? 0) ^ 0x10;
        store.objects.set(name, flipped);
        wrong.push(...(await judge(name)).map((what) => `${name} at ${at}: ${what}`));
      }
      store.objects.set(name, original);
    }
    expect(wrong).toEqual([]);
  });

  it("is found when a pack ends early at any length", async () => {
    const [name = ""] = store.names("packs/");
    const original = store.objects.get(name) ?? Buffer.alloc(0);
    for (const length of [0, 1, 8, 100, Math.floor(original.length / 2)]) {
      store.objects.set(name, original.subarray(0, length));
      const { read, full, quickOk } = await findings();
      expect(read).toMatchObject({ code: "VAULT_DATA_DAMAGED", params: { object: name } });
      expect(full[0]?.object).toBe(name);
      expect(quickOk).toBe(false);
    }
  });

  it("is found when a pack is missing, with the name of the pack", async () => {
    for (const name of store.packs()) {
      const original = store.objects.get(name) ?? Buffer.alloc(0);
      store.objects.delete(name);
      const { read, full, quickOk } = await findings();
      expect(read).toMatchObject({ code: "VAULT_OBJECT_MISSING", params: { object: name } });
      expect(full.some(({ object }) => object === name)).toBe(true);
      expect(quickOk).toBe(false);
      store.objects.set(name, original);
    }
  });

  it("is found when packs are swapped", async () => {
    const [a = "", b = ""] = store.names("packs/");
    const [first, second] = [store.objects.get(a), store.objects.get(b)];
    if (first === undefined || second === undefined) throw new Error("The vault has too few packs.");
    store.objects.set(a, second);
    store.objects.set(b, first);
    const { read, full } = await findings();
    expect(read).toMatchObject({ code: "VAULT_DATA_DAMAGED" });
    expect(full.length).toBeGreaterThan(0);
  });

  it("is found when a manifest is altered, cut, or of another point", async () => {
    const original = store.objects.get("points/p") ?? Buffer.alloc(0);
    const flipped = Buffer.from(original);
    flipped[60] = (flipped[60] ?? 0) ^ 1;
    for (const bytes of [flipped, original.subarray(0, 30), Buffer.alloc(0)]) {
      store.objects.set("points/p", bytes);
      const vault = await reopen(store);
      const damage = { code: "VAULT_DATA_DAMAGED", params: { object: "points/p" } };
      await expect(vault.getManifest("p", signal)).rejects.toMatchObject(damage);
      expect((await vault.verifyPoint("p", { mode: "quick", signal })).problems[0]?.object).toBe("points/p");
      // It may hide live packs: it is named, and nothing goes until someone decides.
      expect(await vault.planCollection({ keep: [], signal })).toMatchObject({
        condemned: [],
        unresolved: [{ pointId: "p", object: "points/p" }],
      });
      expect((await vault.planCollection({ keep: [], ignore: ["p"], signal })).unresolved).toEqual([]);
    }
    store.objects.set("points/q", original);
    await expect((await reopen(store)).getManifest("q", signal)).rejects.toMatchObject({
      code: "VAULT_DATA_DAMAGED",
    });
  });

  it("reports a missing point", async () => {
    const { ok, problems } = await (await reopen(store)).verifyPoint("none", { mode: "quick", signal });
    expect(ok).toBe(false);
    expect(problems[0]).toMatchObject({ object: "points/none", code: "VAULT_OBJECT_MISSING", disk: null });
  });

  it("names the disk and the offset that cannot be read", async () => {
    const vault = await reopen(store);
    const { manifest } = await vault.getManifest("p", signal);
    const size = (pack: string): number => store.objects.get(pack)?.length ?? 0;
    const name = store.packs().toSorted((x, y) => size(y) - size(x))[0] ?? "";
    const bytes = Buffer.from(store.objects.get(name) ?? Buffer.alloc(0));
    bytes.fill(0, 8, 200);
    store.objects.set(name, bytes);
    const { problems } = await (await reopen(store)).verifyPoint("p", { mode: "full", signal });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      object: name,
      disk: manifest.disks[0]?.key,
      code: "VAULT_DATA_DAMAGED",
    });
    expect((problems[0]?.offset ?? 1) % MIB).toBe(0);
  });
});
