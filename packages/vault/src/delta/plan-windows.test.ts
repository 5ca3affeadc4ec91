import type { Extent } from "@kluis/domain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLOCK_BYTES, BLOCKS_PER_WINDOW, SEGMENT_BYTES, WINDOW_BYTES } from "../constants.ts";
import { batchWindows, planWindows, segmentSpan } from "./plan-windows.ts";

const DISK_BYTES = 4 * WINDOW_BYTES + 1000;

const plan = async (extents: readonly Extent[], diskBytes = DISK_BYTES, segment = 0) =>
  Array.fromAsync(planWindows(extents, segmentSpan(diskBytes, segment)));

const extents: fc.Arbitrary<Extent[]> = fc
  .array(fc.tuple(fc.nat(200_000), fc.nat(400_000), fc.constantFrom("data" as const, "zero" as const)), {
    maxLength: 20,
  })
  .map((parts) => {
    const list: Extent[] = [];
    let at = 0;
    for (const [gap, length, kind] of parts) {
      const offset = at + gap;
      const fits = Math.min(length, DISK_BYTES - offset);
      if (fits <= 0) break;
      list.push({ offset, length: fits, kind });
      at = offset + fits;
    }
    return list;
  });

/** The state of one block by the definition. */
function judge(list: readonly Extent[], block: number): "read" | "zero" | "none" {
  const [start, end] = [block * BLOCK_BYTES, Math.min((block + 1) * BLOCK_BYTES, DISK_BYTES)];
  const touching = list.filter(({ offset, length }) => length > 0 && offset < end && offset + length > start);
  if (touching.length === 0) return "none";
  const whole = touching.some(
    ({ offset, length, kind }) => kind === "zero" && offset <= start && offset + length >= end,
  );
  return whole ? "zero" : "read";
}

describe("planning windows", () => {
  it("plans every block by its definition", async () => {
    await fc.assert(
      fc.asyncProperty(extents, async (list) => {
        const windows = await plan(list);
        const found = new Map(windows.map((window) => [window.window, window]));
        const blocks = Math.ceil(DISK_BYTES / BLOCK_BYTES);
        const judged = Array.from({ length: blocks }, (_, block) => {
          const window = found.get(Math.floor(block / BLOCKS_PER_WINDOW));
          const bit = 1 << (block % BLOCKS_PER_WINDOW);
          if (window === undefined) return "none";
          return (window.read & bit) !== 0 ? "read" : (window.zero & bit) !== 0 ? "zero" : "none";
        });
        expect(judged).toEqual(Array.from({ length: blocks }, (_, block) => judge(list, block)));
        expect(windows.map(({ window }) => window)).toEqual([...found.keys()].sort((a, b) => a - b));
      }),
    );
  });

  it("ignores other segments", async () => {
    const disk = 3 * SEGMENT_BYTES;
    const list: Extent[] = [
      { offset: 0, length: SEGMENT_BYTES + BLOCK_BYTES, kind: "data" },
      { offset: 2 * SEGMENT_BYTES, length: 10, kind: "data" },
    ];
    expect(await plan(list, disk, 1)).toEqual([{ window: 0, read: 1, zero: 0 }]);
    expect(await plan(list, disk, 2)).toEqual([{ window: 0, read: 1, zero: 0 }]);
  });

  it("rejects extents that overlap, descend or leave the disk, and segments beyond it", async () => {
    const data = (offset: number, length: number): Extent => ({ offset, length, kind: "data" });
    const bad = [
      [data(0, 10), data(5, 10)],
      [data(100, 10), data(0, 10)],
      [data(0, DISK_BYTES + 1)],
      [data(-1, 5)],
      [data(0.5, 5)],
    ];
    for (const list of bad) await expect(plan(list)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(plan([], DISK_BYTES, 1)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  it("collects all windows into batches within both bounds", async () => {
    await fc.assert(
      fc.asyncProperty(extents, fc.integer({ min: 1, max: 4 }), async (list, maxWindows) => {
        const windows = await plan(list);
        const source = (async function* () {
          yield* windows;
        })();
        const batches = await Array.fromAsync(batchWindows(source, { maxBytes: WINDOW_BYTES, maxWindows }));
        expect(batches.flatMap((batch) => batch.windows)).toEqual(windows);
        for (const batch of batches) {
          expect(batch.windows.length).toBeLessThanOrEqual(maxWindows);
          expect(batch.bytes).toBeLessThanOrEqual(WINDOW_BYTES);
        }
      }),
    );
  });
});
