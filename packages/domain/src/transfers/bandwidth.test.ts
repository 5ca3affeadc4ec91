import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandwidthShare, leastBandwidth, mostBandwidth } from "./bandwidth.ts";

const MIB = 1024 * 1024;
const limit = fc.integer({ min: leastBandwidth, max: mostBandwidth });

describe("the share of a limit", () => {
  test("is the same for each part, whatever engine has it", () => {
    expect(bandwidthShare(30, { mine: 1, all: 3 })).toBe(10 * MIB);
    expect(bandwidthShare(30, { mine: 2, all: 3 })).toBe(20 * MIB);
    expect(bandwidthShare(null, { mine: 1, all: 3 })).toBeNull();
  });

  test("of all engines together is the limit, and never more", () => {
    fc.assert(
      fc.property(limit, fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (most, engines) => {
        const all = engines.reduce((sum, mine) => sum + mine, 0);
        const sum = engines.reduce((total, mine) => total + (bandwidthShare(most, { mine, all }) ?? 0), 0);
        expect(sum).toBeCloseTo(most * MIB, 0);
      }),
    );
  });

  test("is at most the limit when the count of all is old", () => {
    expect(bandwidthShare(10, { mine: 3, all: 0 })).toBe(10 * MIB);
    expect(bandwidthShare(10, { mine: 0, all: 4 })).toBe(2.5 * MIB);
  });
});
