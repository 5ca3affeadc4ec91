import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pollPause } from "./lro.ts";
import { idsOfTurn } from "./owned.ts";

describe("the pause between polls", () => {
  test("is Azure's at first, then grows up to half a minute", () => {
    const pauses = Array.from({ length: 10 }, (_, index) => pollPause(index + 1, 4000));
    expect(pauses).toEqual([4000, 4000, 4000, 6000, 9000, 13_500, 20_250, 30_000, 30_000, 30_000]);
    expect(pollPause(1, null)).toBe(4000);
  });
  test("is never shorter than Azure names", () => {
    expect(pollPause(50, 120_000)).toBe(120_000);
  });
});

test("successive turns read every collection once", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { maxLength: 50 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(1000),
      (ids, most, first) => {
        const turns = Math.max(1, Math.ceil(ids.length / most));
        const read = Array.from({ length: turns }, (_, turn) =>
          idsOfTurn(ids, { number: first + turn, most }),
        );
        expect(read.flat().toSorted()).toEqual(ids.toSorted());
        expect(Math.max(...read.map(({ length }) => length))).toBeLessThanOrEqual(most);
      },
    ),
  );
});
