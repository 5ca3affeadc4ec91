import { rm } from "node:fs/promises";
import { zstdDecompressSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { CountingStore } from "../../test/counting-store.ts";
import {
  changedBackup,
  fullBackup,
  holds,
  newVault,
  noise,
  noiseDisk,
  signal,
  takePoint,
  testKeys,
} from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { useTempFolder } from "../../test/temp-folder.ts";
import { BLOCK_BYTES, DIGEST_BYTES } from "../constants.ts";
import { createFolderStore } from "../store/folder.ts";
import { openVault } from "../vault.ts";
import { createVaultWorkers } from "./pool.ts";

const folder = useTempFolder();
const MIB = 1024 * 1024;
const workers = createVaultWorkers({ threads: 2 });
afterAll(() => workers[Symbol.asyncDispose]());

const shared = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
};
const blockKey = noise(32, 9);

describe("a vault with worker threads", () => {
  const open = (store: MemoryStore) => openVault({ store, keys: testKeys(), signal, workers });

  it("reads what it reads without them, in any piece and kind of memory", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(24 * MIB + 512, 9 * MIB);
    disk.write(10 * MIB, Buffer.alloc(5 * MIB, "a line of text\n"));
    const first = await fullBackup(vault, disk);
    disk.takeChanges();
    for (let n = 0; n < 40; n++) disk.write(n * 300_000, noise(4096, n));
    const { root } = await changedBackup(vault, disk, first.root);
    const reader = (await open(store)).openDisk(root, disk.size);
    const buffer = Buffer.from(new SharedArrayBuffer(10 * MIB));
    for (const [offset, length] of [
      [0, 10 * MIB],
      [7 * MIB + 1, 9 * MIB],
      [20 * MIB, 4 * MIB + 512],
      [3 * MIB + 100, 65_600],
    ] as const) {
      for (const target of [buffer.subarray(0, length), Buffer.alloc(length)]) {
        target.fill(0xa5);
        await reader.readInto(target, offset, signal);
        expect(target.equals(disk.bytes(offset, length))).toBe(true);
      }
    }
  });

  it("reads packs of a folder in the threads, and names what is wrong with them like any other", async () => {
    const counted = new CountingStore(createFolderStore(folder("vault")));
    const { vault } = await newVault(counted);
    const disk = noiseDisk(24 * MIB, 18 * MIB);
    await takePoint(vault, "p", { disk });
    const { manifest } = await vault.getManifest("p", signal);
    const root = manifest.disks[0]?.root ?? null;
    const read = async () => {
      const reopened = await openVault({ store: counted, keys: testKeys(), signal, workers });
      const target = Buffer.alloc(24 * MIB);
      await reopened.openDisk(root, disk.size).readInto(target, 0, signal);
      const here = counted.reads("packs/");
      const ok = target.equals(disk.bytes(0, disk.size));
      return { ok, here, check: await reopened.verifyPoint("p", full) };
    };
    const full = { mode: "full", signal } as const;
    expect(await read()).toMatchObject({ ok: true, here: 0, check: { ok: true } });
    const packs = (await Array.fromAsync(counted.list("packs/", signal))).map(({ name }) => name);
    // A verification reads the table of each pack itself, and no chunk.
    expect(counted.reads("packs/")).toBe(packs.length);
    const [pack = ""] = packs;
    await rm(folder("vault", pack));
    await expect(read()).rejects.toMatchObject({ code: "VAULT_OBJECT_MISSING", params: { object: pack } });
    const { problems } = await (
      await openVault({ store: counted, keys: testKeys(), signal, workers })
    ).verifyPoint("p", full);
    expect(problems[0]).toMatchObject({ code: "VAULT_OBJECT_MISSING", object: pack });
  });

  it("writes what it writes without them", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const other = await open(store);
    const disk = noiseDisk(24 * MIB + 512, 9 * MIB);
    disk.write(10 * MIB, Buffer.alloc(5 * MIB, "a line of text\n"));
    disk.write(22 * MIB, Buffer.alloc(MIB));
    const [first, same] = [await fullBackup(vault, disk), await fullBackup(other, disk)];
    expect(same.rootDigest).toBe(first.rootDigest);
    for (let n = 0; n < 40; n++) disk.write(n * 300_000, noise(4096, n));
    const [next, again] = [
      await fullBackup(vault, disk, first.root),
      await fullBackup(other, disk, first.root),
    ];
    expect(again.rootDigest).toBe(next.rootDigest);
    expect(await holds(vault, again.root, disk)).toBe(true);
    const moved = (backup: typeof next) =>
      backup.stats.map(({ movedBytes, zeroBytes }) => [movedBytes, zeroBytes]);
    expect(moved(next)).not.toEqual(moved(first));
  });

  it("names the same damage as without them", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    await takePoint(vault, "p", { disk: noiseDisk(6 * MIB, 5 * MIB) });
    for (const name of store.names("packs/")) {
      const bytes = store.objects.get(name);
      if (bytes !== undefined)
        bytes[Math.floor(bytes.length / 3)] = (bytes[Math.floor(bytes.length / 3)] ?? 0) ^ 1;
    }
    const alone = await (await openVault({ store, keys: testKeys(), signal })).verifyPoint("p", {
      mode: "full",
      signal,
    });
    const threaded = await (await open(store)).verifyPoint("p", { mode: "full", signal });
    expect(alone.problems.length).toBeGreaterThan(0);
    expect(threaded).toEqual(alone);
  });
});

describe("worker threads", () => {
  it("digest blocks, and mark those of zeros", async () => {
    const bytes = shared(
      Buffer.concat([noise(BLOCK_BYTES, 1), Buffer.alloc(BLOCK_BYTES), noise(BLOCK_BYTES, 1)]),
    );
    const { digests } = await workers.digest({ bytes, blockKey }, signal);
    const [a, zero, b] = [0, 1, 2].map((n) =>
      Buffer.from(digests.slice(n * DIGEST_BYTES, (n + 1) * DIGEST_BYTES)),
    );
    expect(zero?.equals(Buffer.alloc(DIGEST_BYTES))).toBe(true);
    expect(a?.equals(zero ?? Buffer.alloc(0))).toBe(false);
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
  });

  it("compress pieces, and leave those that do not shrink", async () => {
    const text = Buffer.alloc(BLOCK_BYTES, "text ");
    const bytes = shared(Buffer.concat([text, noise(BLOCK_BYTES, 1)]));
    const pieces = Int32Array.of(0, BLOCK_BYTES, BLOCK_BYTES, BLOCK_BYTES);
    const { payloads } = await workers.compress({ bytes, pieces, level: 1 }, signal);
    expect(payloads[1]).toBeNull();
    expect(zstdDecompressSync(payloads[0] ?? Buffer.alloc(0)).equals(text)).toBe(true);
  });

  it("that crash fail only what they had taken, and are replaced", async () => {
    const program = new URL("../../test/crashing-worker.ts", import.meta.url);
    await using pool = createVaultWorkers({ threads: 1, program });
    const digest = (blocks: number) =>
      pool.digest({ bytes: shared(noise(blocks * BLOCK_BYTES, 1)), blockKey }, signal);
    expect((await digest(2)).digests.length).toBe(2 * DIGEST_BYTES);
    await expect(digest(1)).rejects.toThrow(/stopped: .*out of luck/);
    expect((await digest(3)).digests.length).toBe(3 * DIGEST_BYTES);
  });

  it("drop what waits when its signal aborts, and fail the rest when they are closed", async () => {
    const pool = createVaultWorkers({ threads: 1 });
    const abort = new AbortController();
    const bytes = shared(noise(64 * BLOCK_BYTES, 1));
    const running = [1, 2].map(() => pool.digest({ bytes, blockKey }, signal));
    const waiting = pool.digest({ bytes, blockKey }, abort.signal);
    abort.abort(new Error("no longer wanted"));
    await expect(waiting).rejects.toThrow("no longer wanted");
    await Promise.all(running);
    await pool[Symbol.asyncDispose]();
    await expect(pool.digest({ bytes, blockKey }, signal)).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
