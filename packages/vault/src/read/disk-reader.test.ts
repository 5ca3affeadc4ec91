import { describe, expect, it } from "vitest";
import { fullBackup, newVault, noise, noiseDisk, reopen, signal } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { BLOCK_BYTES } from "../constants.ts";

const MIB = 1024 * 1024;

describe("reading into a buffer that is used again", () => {
  it("replaces every byte, in holes too, at any offset and length", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(12 * MIB + 512, 3 * MIB);
    disk.write(5 * MIB + 100, noise(3 * BLOCK_BYTES, 2));
    disk.write(12 * MIB - 1000, noise(1512, 3));
    const { root } = await fullBackup(vault, disk);
    const reader = (await reopen(store)).openDisk(root, disk.size);
    const shared = Buffer.from(new SharedArrayBuffer(6 * MIB));
    for (const [offset, length] of [
      [0, 6 * MIB],
      [2 * MIB + 77, 4 * MIB + 1],
      [5 * MIB + 60_000, 300_000],
      [9 * MIB, MIB],
      [disk.size - 700, 700],
      [disk.size, 0],
    ] as const) {
      for (const target of [shared.subarray(0, length), Buffer.alloc(length)]) {
        target.fill(0xa5);
        await reader.readInto(target, offset, signal);
        expect(target.equals(disk.bytes(offset, length))).toBe(true);
      }
    }
  });

  it("refuses a range beyond the end", async () => {
    const { vault } = await newVault(new MemoryStore());
    const reader = vault.openDisk(null, BLOCK_BYTES);
    await expect(reader.readInto(Buffer.alloc(2), BLOCK_BYTES - 1, signal)).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });
});
