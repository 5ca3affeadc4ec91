import { describe, expect, it } from "vitest";
import { backUp, ModelDisk, manifestOf, newVault, noise, readAll, signal } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { BLOCK_BYTES, SEGMENT_BYTES, WINDOW_BYTES } from "./index.ts";

const MIB = 1024 * 1024;

describe("a vault", () => {
  it("gives back a disk whose size is no multiple of a block, bit for bit", async () => {
    const { vault } = await newVault(new MemoryStore());
    const disk = new ModelDisk(5 * MIB + 12_345);
    disk.write(100, noise(700_000, 1));
    disk.write(disk.size - 3000, noise(3000, 2));
    const { root, rootDigest } = await backUp(vault, {
      source: disk,
      extents: disk.allocated(),
      delta: "digest-comparison",
      base: null,
    });
    const back = await readAll(vault.openDisk(root, disk.size));
    expect(back.equals(disk.bytes(0, disk.size))).toBe(true);
    expect(rootDigest).toMatch(/^[0-9a-f]{48}$/);
  });

  it("moves only changed blocks, by either way, to the same root digest", async () => {
    const { vault } = await newVault(new MemoryStore());
    const disk = new ModelDisk(8 * MIB);
    disk.write(0, noise(4 * MIB, 3));
    const first = await backUp(vault, {
      source: disk,
      extents: disk.allocated(),
      delta: "digest-comparison",
      base: null,
    });
    disk.takeChanges();
    disk.write(WINDOW_BYTES + 5, noise(10, 4));
    disk.clear(2 * MIB, 128 * 1024);
    const changes = disk.takeChanges();
    const ranges = await backUp(vault, {
      source: disk,
      extents: changes,
      delta: "changed-ranges",
      base: first.root,
    });
    const digests = await backUp(vault, {
      source: disk,
      extents: disk.allocated(),
      delta: "digest-comparison",
      base: first.root,
    });
    expect(ranges.rootDigest).toBe(digests.rootDigest);
    expect(ranges.rootDigest).not.toBe(first.rootDigest);
    expect(ranges.stats[0]).toMatchObject({
      readBytes: BLOCK_BYTES,
      changedBytes: 3 * BLOCK_BYTES,
      movedBytes: BLOCK_BYTES,
      zeroBytes: 2 * BLOCK_BYTES,
    });
    expect(digests.stats[0]).toMatchObject({ movedBytes: 0, chunksReused: 1, chunksNew: 0 });
    for (const { root } of [ranges, digests]) {
      const back = await readAll(vault.openDisk(root, disk.size));
      expect(back.equals(disk.bytes(0, disk.size))).toBe(true);
    }
  });

  it("needs time for data, not for size: a sparse disk of 4 TiB", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = new ModelDisk(4096 * SEGMENT_BYTES);
    disk.write(3 * SEGMENT_BYTES + 77, noise(90_000, 5));
    disk.write(4000 * SEGMENT_BYTES, noise(BLOCK_BYTES, 6));
    const { root, rootDigest } = await backUp(vault, {
      source: disk,
      extents: disk.allocated(),
      delta: "digest-comparison",
      base: null,
    });
    const reader = vault.openDisk(root, disk.size);
    const extents = await Array.fromAsync(reader.extents(signal));
    expect(extents).toEqual([
      { offset: 3 * SEGMENT_BYTES, length: 2 * BLOCK_BYTES, kind: "data" },
      { offset: 4000 * SEGMENT_BYTES, length: BLOCK_BYTES, kind: "data" },
    ]);
    expect(store.names("packs/").length).toBeLessThanOrEqual(3);
    await vault.putManifest(
      manifestOf(vault, "p1", { diskBytes: disk.size, root, rootDigest, storedBytes: 0 }),
      signal,
    );
    const verified = await vault.verifyPoint("p1", { mode: "full", signal });
    expect(verified).toMatchObject({ ok: true, blocksChecked: 3, problems: [] });
  });

  it("stores equal windows once", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const content = noise(WINDOW_BYTES, 7);
    const disk = new ModelDisk(64 * MIB);
    for (let i = 0; i < 64; i++) disk.write(i * WINDOW_BYTES, content);
    const first = await backUp(vault, {
      source: disk,
      extents: disk.allocated(),
      delta: "digest-comparison",
      base: null,
    });
    expect(first.stats[0]).toMatchObject({ chunksNew: 1, chunksReused: 63, movedBytes: WINDOW_BYTES });
    const other = new ModelDisk(32 * MIB);
    other.write(5 * WINDOW_BYTES, content);
    const second = await backUp(vault, {
      source: other,
      extents: other.allocated(),
      delta: "digest-comparison",
      base: null,
    });
    expect(second.stats[0]).toMatchObject({ chunksNew: 0, chunksReused: 1, movedBytes: 0 });
    expect((await readAll(vault.openDisk(second.root, other.size))).equals(other.bytes(0, other.size))).toBe(
      true,
    );
    expect(store.names("packs/").length).toBeLessThanOrEqual(4);
  });
});
