/** The byte budget bounds what a process holds of all disks together, whatever their number and size. */
import { expect, it } from "vitest";
import { ModelDisk, newVault, noise, signal } from "../test/fixtures.ts";
import { MemoryStore } from "../test/memory-store.ts";
import { type Budget, createTransferLimits, SEGMENT_BYTES } from "./index.ts";

const MIB = 1024 * 1024;

/** A budget that remembers the most that was held at once. */
function watched(budget: Budget) {
  const seen = { held: 0, most: 0 };
  const watching: Budget = {
    async acquire(amount, abort) {
      await budget.acquire(amount, abort);
      seen.held += amount;
      seen.most = Math.max(seen.most, seen.held);
    },
    release(amount) {
      seen.held -= amount;
      budget.release(amount);
    },
  };
  return { budget: watching, seen };
}

it("holds for several segments at once, and nothing stays held", async () => {
  const { vault } = await newVault(new MemoryStore());
  const limits = createTransferLimits({ inFlightBytes: 6 * MIB, packBytes: 2 * MIB, reads: 8 });
  const { budget, seen } = watched(limits.inFlight);
  // Bytes that a source reads now: the budget covers them.
  const reading = { bytes: 0, most: 0 };
  const parts = Array.from({ length: 4 }, async (_, n) => {
    const disk = new ModelDisk(4_096 * SEGMENT_BYTES);
    const segment = n * 1_000;
    disk.write(segment * SEGMENT_BYTES, noise(10 * MIB, n));
    const source = {
      size: disk.size,
      read: async (offset: number, length: number) => {
        reading.bytes += length;
        reading.most = Math.max(reading.most, reading.bytes);
        await new Promise((resolve) => setImmediate(resolve));
        const bytes = await disk.read(offset, length);
        reading.bytes -= length;
        return bytes;
      },
    };
    const shared = { ...limits, inFlight: budget };
    const what = { domain: "test", delta: "digest-comparison", base: null } as const;
    const place = { diskBytes: disk.size, segment, extents: disk.allocated() };
    return vault.writeSegment({ ...what, ...place, source, limits: shared, signal });
  });
  const results = await Promise.all(parts);
  expect(results.map(({ stats }) => stats.movedBytes)).toEqual([10 * MIB, 10 * MIB, 10 * MIB, 10 * MIB]);
  expect(seen.held).toBe(0);
  expect(seen.most).toBeLessThanOrEqual(6 * MIB);
  expect(reading.most).toBeLessThanOrEqual(seen.most);
});
