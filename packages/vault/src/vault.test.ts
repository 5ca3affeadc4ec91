import { describe, expect, it } from "vitest";
import {
  changedBackup,
  fullBackup,
  holds,
  ModelDisk,
  newVault,
  noise,
  noiseDisk,
  putPoint,
  signal,
} from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { BLOCK_BYTES, SEGMENT_BYTES, WINDOW_BYTES } from "./index.ts";

const MIB = 1024 * 1024;

describe("a vault", () => {
  it("returns a disk whose size is not a multiple of a block, bit for bit", async () => {
    const { vault } = await newVault(new MemoryStore());
    const disk = new ModelDisk(5 * MIB + 12_345);
    disk.write(100, noise(700_000, 1));
    disk.write(disk.size - 3000, noise(3000, 2));
    const { root, rootDigest } = await fullBackup(vault, disk);
    expect(await holds(vault, root, disk)).toBe(true);
    expect(rootDigest).toMatch(/^[0-9a-f]{48}$/);
  });

  it("moves only changed blocks, by either delta method, to the same root digest", async () => {
    const { vault } = await newVault(new MemoryStore());
    const disk = noiseDisk(8 * MIB, 4 * MIB);
    const first = await fullBackup(vault, disk);
    disk.takeChanges();
    disk.write(WINDOW_BYTES + 5, noise(10, 4));
    disk.clear(2 * MIB, 128 * 1024);
    const ranges = await changedBackup(vault, disk, first.root);
    const digests = await fullBackup(vault, disk, first.root);
    expect(ranges.rootDigest).toBe(digests.rootDigest);
    expect(ranges.rootDigest).not.toBe(first.rootDigest);
    expect(ranges.stats[0]).toMatchObject({
      readBytes: BLOCK_BYTES,
      changedBytes: 3 * BLOCK_BYTES,
      movedBytes: BLOCK_BYTES,
      zeroBytes: 2 * BLOCK_BYTES,
    });
    expect(digests.stats[0]).toMatchObject({ movedBytes: 0, chunksReused: 1, chunksNew: 0 });
    for (const { root } of [ranges, digests]) expect(await holds(vault, root, disk)).toBe(true);
  });

  it("processes a sparse disk of 4 TiB in time for its data, not its size", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = new ModelDisk(4096 * SEGMENT_BYTES);
    disk.write(3 * SEGMENT_BYTES + 77, noise(90_000, 5));
    disk.write(4000 * SEGMENT_BYTES, noise(BLOCK_BYTES, 6));
    const backup = await fullBackup(vault, disk);
    const reader = vault.openDisk(backup.root, disk.size);
    const extents = await Array.fromAsync(reader.extents(signal));
    expect(extents).toEqual([
      { offset: 3 * SEGMENT_BYTES, length: 2 * BLOCK_BYTES, kind: "data" },
      { offset: 4000 * SEGMENT_BYTES, length: BLOCK_BYTES, kind: "data" },
    ]);
    expect(store.names("packs/").length).toBeLessThanOrEqual(3);
    await putPoint(vault, "p1", { disk, backup });
    const verified = await vault.verifyPoint("p1", { mode: "full", signal });
    expect(verified).toMatchObject({ ok: true, blocksChecked: 3, problems: [] });
  });

  it("stores equal windows once", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const content = noise(WINDOW_BYTES, 7);
    const disk = new ModelDisk(64 * MIB);
    for (let i = 0; i < 64; i++) disk.write(i * WINDOW_BYTES, content);
    const first = await fullBackup(vault, disk);
    expect(first.stats[0]).toMatchObject({ chunksNew: 1, chunksReused: 63, movedBytes: WINDOW_BYTES });
    const other = new ModelDisk(32 * MIB);
    other.write(5 * WINDOW_BYTES, content);
    const second = await fullBackup(vault, other);
    expect(second.stats[0]).toMatchObject({ chunksNew: 0, chunksReused: 1, movedBytes: 0 });
    expect(await holds(vault, second.root, other)).toBe(true);
    expect(store.names("packs/").length).toBeLessThanOrEqual(4);
  });
});
