import type { Extent } from "@kluis/domain/core";
import { describe, expect, it } from "vitest";
import { readBatches } from "./batches.ts";

const MIB = 1024 * 1024;
const data = (offset: number, length: number): Extent => ({ offset, length, kind: "data" });
const batchesOf = (extents: Extent[]) => Array.fromAsync(readBatches(extents));

describe("readBatches", () => {
  it("joins small ranges to one read of at most 4 MiB", async () => {
    const small = Array.from({ length: 65 }, (_, n) => data(n * MIB, 65_536));
    const batches = await batchesOf(small);
    expect(batches.map(({ ranges, bytes }) => [ranges.length, bytes])).toEqual([
      [64, 4 * MIB],
      [1, 65_536],
    ]);
    expect(batches.flatMap(({ ranges }) => ranges)).toEqual(
      small.map(({ offset, length }) => ({ offset, length })),
    );
  });

  it("cuts large ranges, and leaves out zeros", async () => {
    const batches = await batchesOf([
      data(0, 5 * MIB),
      { offset: 5 * MIB, length: MIB, kind: "zero" },
      data(8 * MIB, 512),
    ]);
    expect(batches).toEqual([
      { ranges: [{ offset: 0, length: 4 * MIB }], bytes: 4 * MIB },
      {
        ranges: [
          { offset: 4 * MIB, length: MIB },
          { offset: 8 * MIB, length: 512 },
        ],
        bytes: MIB + 512,
      },
    ]);
  });

  it("has none for a disk of zeros", async () => {
    expect(await batchesOf([{ offset: 0, length: MIB, kind: "zero" }])).toEqual([]);
  });
});
