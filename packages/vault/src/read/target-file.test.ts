import { type FileHandle, open, readFile } from "node:fs/promises";
import { afterAll, describe, expect, it } from "vitest";
import { fullBackup, newVault, noise, noiseDisk, signal, testKeys } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { useTempFolder } from "../../test/temp-folder.ts";
import { BLOCK_BYTES } from "../constants.ts";
import { openVault } from "../vault.ts";
import { createVaultWorkers } from "../workers/pool.ts";
import { type ByteRange, type TargetFile, targetFile } from "./target-file.ts";

const MIB = 1024 * 1024;
const folder = useTempFolder();
const workers = createVaultWorkers({ threads: 2 });
afterAll(() => workers[Symbol.asyncDispose]());

/** A disk with data in places that are far apart; the last one ends in the middle of a block. */
async function written() {
  const { vault, store } = await newVault(new MemoryStore());
  const disk = noiseDisk(48 * MIB + 512, 0);
  for (let n = 0; n < 8; n++) disk.write(n * 6 * MIB + 3 * BLOCK_BYTES, noise(MIB, n));
  disk.write(20 * MIB, Buffer.alloc(3 * MIB, "a line of text\n"));
  disk.write(48 * MIB, noise(512, 99));
  const { root } = await fullBackup(vault, disk);
  return { disk, root, store };
}

const writeTo =
  (file: FileHandle): TargetFile["write"] =>
  async (bytes, position) => {
    await file.write(bytes, 0, bytes.length, position);
  };

describe.each(["with", "without"])("a file that is restored %s worker threads", (which) => {
  const threads = which === "with" ? { workers } : {};

  it("gets every range at its place, and nothing else", async () => {
    const { disk, root, store } = await written();
    const reader = (await openVault({ store, keys: testKeys(), signal, ...threads })).openDisk(
      root,
      disk.size,
    );
    const path = folder(`restored-${which}`);
    await using file = await open(path, "w");
    await file.truncate(disk.size);
    const target = targetFile(path, writeTo(file));
    let batch: ByteRange[] = [];
    for await (const range of reader.extents(signal)) {
      batch.push(range);
      if (batch.length === 2) await reader.writeRanges(target, batch.splice(0), signal);
    }
    await reader.writeRanges(target, batch, signal);
    batch = [];
    expect((await readFile(path)).equals(disk.bytes(0, disk.size))).toBe(true);
  });

  it("fails with the error of the file", async () => {
    const { disk, root, store } = await written();
    const reader = (await openVault({ store, keys: testKeys(), signal, ...threads })).openDisk(
      root,
      disk.size,
    );
    const full = targetFile(folder("no", "such", "file"), () => Promise.reject(new RangeError("no room")));
    const [first] = await Array.fromAsync(reader.extents(signal));
    await expect(reader.writeRanges(full, first === undefined ? [] : [first], signal)).rejects.toThrow(
      "no room",
    );
  });
});

it("is written through the cache of the system where that cannot be bypassed", async () => {
  const { disk, root, store } = await written();
  const reader = (await openVault({ store, keys: testKeys(), signal, workers })).openDisk(root, disk.size);
  const data = (await Array.fromAsync(reader.extents(signal))).filter(({ length }) => length === MIB);
  const target = (path: string) => targetFile(path, () => Promise.reject(new RangeError("written here")));
  // A device of characters has no direct writes. One takes everything, the other nothing.
  for (const range of data) await reader.writeRanges(target("/dev/null"), [range], signal);
  await expect(reader.writeRanges(target("/dev/full"), data.slice(0, 1), signal)).rejects.toThrow(
    "written here",
  );
});
