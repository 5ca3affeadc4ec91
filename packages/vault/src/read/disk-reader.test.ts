import { isDamage } from "@kluis/domain";
import { describe, expect, it } from "vitest";
import { CountingStore } from "../../test/counting-store.ts";
import { fullBackup, newVault, noise, noiseDisk, reopen, signal } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { BLOCK_BYTES } from "../constants.ts";
import { readBatches } from "./batches.ts";
import { readSkipping, Skipped } from "./skip-damaged.ts";

const MIB = 1024 * 1024;

describe("reading many ranges at once", () => {
  /** A disk of 96 MiB with 16 MiB of data in places that are far apart; the last one ends in the middle of a block. */
  async function sparse() {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(96 * MIB + 512, 0);
    for (let n = 0; n < 16; n++) disk.write(n * 6 * MIB + 3 * BLOCK_BYTES, Buffer.alloc(MIB, noise(1000, n)));
    disk.write(96 * MIB, noise(512, 99));
    const { root } = await fullBackup(vault, disk);
    const counted = new CountingStore(store);
    return { disk, counted, reader: (await reopen(counted)).openDisk(root, disk.size) };
  }

  it("fills the target with one range after the other", async () => {
    const { disk, reader } = await sparse();
    const all = await Array.fromAsync(reader.extents(signal));
    expect(all).toHaveLength(17);
    const some = [...all.slice(3, 6), { offset: all[7]?.offset ?? 0, length: BLOCK_BYTES }, ...all.slice(16)];
    const target = Buffer.alloc(3 * MIB + BLOCK_BYTES + 512, 0xa5);
    await reader.readRanges(target, some, signal);
    expect(target.equals(Buffer.concat(some.map((one) => disk.bytes(one.offset, one.length))))).toBe(true);
  });

  it("needs a request for each run of chunks, not for each range", async () => {
    const { counted, reader } = await sparse();
    const all = await Array.fromAsync(reader.extents(signal));
    const before = counted.reads("packs/");
    for (let n = 0; n < 16; n += 4)
      await reader.readRanges(Buffer.alloc(4 * MIB), all.slice(n, n + 4), signal);
    expect(counted.reads("packs/") - before).toBeLessThanOrEqual(8);
  });

  it("reads each page of nodes once for the list and the content", async () => {
    const { counted, reader } = await sparse();
    const all = await Array.fromAsync(reader.extents(signal));
    const before = counted.reads("nodes/");
    for (let n = 0; n < 16; n += 4)
      await reader.readRanges(Buffer.alloc(4 * MIB), all.slice(n, n + 4), signal);
    expect(counted.reads("nodes/")).toBe(before);
  });

  it("refuses parts of blocks, disorder, and a target of another length", async () => {
    const { reader } = await sparse();
    const wrong: [number, { offset: number; length: number }[]][] = [
      [100, [{ offset: 0, length: 100 }]],
      [BLOCK_BYTES, [{ offset: 512, length: BLOCK_BYTES }]],
      [2 * BLOCK_BYTES, [BLOCK_BYTES, 0].map((offset) => ({ offset, length: BLOCK_BYTES }))],
      [BLOCK_BYTES, [{ offset: 0, length: 2 * BLOCK_BYTES }]],
      [5 * MIB, [{ offset: 0, length: 5 * MIB }]],
    ];
    for (const [bytes, ranges] of wrong)
      await expect(reader.readRanges(Buffer.alloc(bytes), ranges, signal)).rejects.toMatchObject({
        code: "INPUT_INVALID",
      });
  });
});

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

describe("reading what is left of a damaged disk", () => {
  it("names exactly what cannot be read, whichever byte of nodes or chunks is wrong", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(70 * MIB + 512, 0);
    for (const at of [0, 5, 40, 41, 69]) disk.write(at * MIB + BLOCK_BYTES, noise(MIB / 2, at));
    const { root } = await fullBackup(vault, disk);
    const whole = await Array.fromAsync((await reopen(store)).openDisk(root, disk.size).extents(signal));
    let [nodes, chunks] = [0, 0];
    for (const name of store.packs()) {
      const bytes = store.objects.get(name) ?? Buffer.alloc(0);
      for (let at = 20; at < bytes.length; at += Math.ceil(bytes.length / 9)) {
        const harmed = Buffer.from(bytes);
        harmed.writeUInt8(harmed.readUInt8(at) ^ 1, at);
        store.objects.set(name, harmed);
        const reader = (await reopen(store)).openDisk(root, disk.size);
        const skipped = new Skipped();
        const read = Buffer.alloc(disk.size);
        for await (const batch of readBatches(reader.extents(signal, skipped.onDamaged))) {
          const buffer = Buffer.alloc(batch.bytes);
          await readSkipping(reader, { ranges: batch.ranges, buffer, skipped }, signal);
          let from = 0;
          for (const { offset, length } of batch.ranges) {
            buffer.copy(read, offset, from, from + length);
            from += length;
          }
        }
        const expected = disk.bytes(0, disk.size);
        for (const { offset, length, object } of skipped.sorted()) {
          expect(object).toBe(name);
          expect(offset + length).toBeLessThanOrEqual(disk.size);
          expected.fill(0, offset, offset + length);
        }
        expect(read.equals(expected)).toBe(true);
        const isHarmed = skipped.ranges.length > 0;
        const isOfMap = isHarmed && name.startsWith("nodes/");
        if (isOfMap) nodes += 1;
        else if (isHarmed) chunks += 1;
        const strict = await Array.fromAsync(reader.extents(signal)).catch((error: unknown) => error);
        expect(isDamage(strict)).toBe(isOfMap);
        expect(isOfMap ? whole : strict).toEqual(whole);
      }
      store.objects.set(name, bytes);
    }
    expect([nodes > 0, chunks > 0]).toEqual([true, true]);
  });
});
