import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extentsOf, type PageRange } from "./extents.ts";

const kinds = fc.constantFrom<"data" | "zero">("data", "zero");
const range = fc
  .record({ start: fc.nat(200), length: fc.integer({ min: 1, max: 40 }), kind: kinds })
  .map(({ start, length, kind }): PageRange => ({ start, end: start + length - 1, kind }));

/** The kind of each byte, computed slowly: the reference for the fast function. */
function byteMap(ranges: readonly PageRange[], from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => {
    const at = from + index;
    const hits = ranges.filter(({ start, end }) => start <= at && at <= end).map(({ kind }) => kind);
    if (hits.includes("data")) return "data";
    return hits.includes("zero") ? "zero" : "-";
  });
}

describe("extentsOf", () => {
  test("counts both ends of a range and joins neighbors of one kind", () => {
    const ranges: PageRange[] = [
      { start: 0, end: 511, kind: "data" },
      { start: 512, end: 1023, kind: "data" },
      { start: 1024, end: 1535, kind: "zero" },
    ];
    expect(extentsOf(ranges, { from: 0, to: 4096 })).toEqual([
      { offset: 0, length: 1024, kind: "data" },
      { offset: 1024, length: 512, kind: "zero" },
    ]);
  });

  test("leaves out the VHD footer after the disk's last byte", () => {
    const ranges: PageRange[] = [{ start: 512, end: 1535, kind: "data" }];
    expect(extentsOf(ranges, { from: 0, to: 1024 })).toEqual([{ offset: 512, length: 512, kind: "data" }]);
  });

  test("lists every byte once, in order, as the ranges say", () => {
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 12 }),
        fc.nat(60),
        fc.integer({ min: 61, max: 260 }),
        (ranges, from, to) => {
          const extents = extentsOf(ranges, { from, to });
          const listed = Array.from({ length: to - from }, () => "-");
          let last = from;
          for (const { offset, length, kind } of extents) {
            expect(length).toBeGreaterThan(0);
            expect(offset).toBeGreaterThanOrEqual(last);
            last = offset + length;
            listed.fill(kind, offset - from, last - from);
          }
          expect(last).toBeLessThanOrEqual(to);
          expect(listed).toEqual(byteMap(ranges, from, to));
        },
      ),
    );
  });
});
