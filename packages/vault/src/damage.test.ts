import { isKluisError } from "@kluis/domain";
import { beforeEach, describe, expect, it } from "vitest";
import {
  ModelDisk,
  newVault,
  noise,
  noiseDisk,
  readAll,
  reopen,
  signal,
  takePoint,
} from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { MemoryChunkIndex, type NodeRef, SEGMENT_BYTES, WINDOW_BYTES } from "./index.ts";

const MIB = 1024 * 1024;

/** The results of reading and of both verifications of a damaged vault. */
interface Findings {
  readonly read: unknown;
  readonly full: readonly { readonly kind: string; readonly object: string }[];
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
    if (full.length === 0) return ["verification passes"];
    if (full.some(({ kind }) => kind === "content")) {
      return [
        ...(namesPack(read) ? [] : ["reading does not name the pack"]),
        ...(full.every(({ object }) => object === name) ? [] : ["verification names other objects"]),
      ];
    }
    if (full.length > 1 || full[0]?.object !== name) return ["verification does not name the table once"];
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

  it("is looked for only in the wanted segments", async () => {
    const signalled = { mode: "full", signal } as const;
    const large = new ModelDisk(3 * SEGMENT_BYTES);
    for (const at of [0, SEGMENT_BYTES, 2 * SEGMENT_BYTES]) large.write(at, noise(2 * MIB, at / MIB + 1));
    const made = new MemoryStore();
    const { vault } = await newVault(made);
    const point = await takePoint(vault, "large", { disk: large });
    if (point.root === null) throw new Error("The disk is empty.");
    const root = point.root;
    const again = await reopen(made);
    const { manifest } = await again.getManifest("large", signal);
    const disk0 = { key: manifest.disks[0]?.key ?? "", diskBytes: large.size, root };
    expect(again.rootDigest(root, large.size)).toBe(manifest.disks[0]?.rootDigest);
    expect(again.rootDigest(root, large.size + 512)).not.toBe(manifest.disks[0]?.rootDigest);
    const parts = [];
    for (const first of [0, 1, 2])
      parts.push(await again.verifySegments({ ...signalled, disk: disk0, first, count: 1 }));
    expect(parts.map(({ ok, bytesChecked }) => [ok, bytesChecked])).toEqual(parts.map(() => [true, 2 * MIB]));
    const whole = await again.verifyPoint("large", signalled);
    expect(whole).toMatchObject({ ok: true, bytesChecked: 6 * MIB });
    const one = await again.verifyPoint("large", { ...signalled, wants: (_, segment) => segment === 1 });
    expect(one).toMatchObject({ ok: true, bytesChecked: 2 * MIB });
  });

  it("that has more problems than are listed gives their number", async () => {
    const tiny = new ModelDisk(1200 * WINDOW_BYTES);
    for (let n = 0; n < 1100; n++) tiny.write(n * WINDOW_BYTES, noise(512, n + 1));
    const made = new MemoryStore();
    const { vault } = await newVault(made);
    await takePoint(vault, "many", { disk: tiny });
    for (const name of made.names("packs/")) made.objects.delete(name);
    const { problems, problemCount, findings } = await (await reopen(made)).verifyPoint("many", {
      mode: "quick",
      signal,
    });
    expect(problems).toHaveLength(1000);
    expect(problemCount).toBe(1100);
    expect(findings.content.length).toBeLessThan(10);
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
