import { SEGMENT_BYTES } from "@kluis/vault";
import { expect, test } from "vitest";
import { sampleSegments } from "./sample.ts";

const disks = [
  { key: "os", diskBytes: 30 * SEGMENT_BYTES },
  { key: "0", diskBytes: 10 * SEGMENT_BYTES - 5 },
];

function sizeOf(percent: number, below?: (most: number) => number): number {
  const wants = sampleSegments(disks, percent, below);
  return disks
    .flatMap(({ key }) => Array.from({ length: 40 }, (_, segment) => wants(key, segment)))
    .filter((is) => is).length;
}

test("a sample has so many percent of the segments over all disks, and at least one", () => {
  expect([1, 10, 26, 100].map((percent) => sizeOf(percent))).toEqual([1, 4, 11, 40]);
  expect(sizeOf(10, () => 0)).toBe(4);
  expect(sizeOf(10, (most) => most - 1)).toBe(4);
  expect(sampleSegments([], 10)("os", 0)).toBe(false);
});
