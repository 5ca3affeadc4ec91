import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  coveragePercent,
  nextRound,
  nightShare,
  type PointShape,
  planSample,
  type SampleRound,
  segmentsOf,
  verifyParts,
} from "./verify-plan.ts";

const shapes = fc
  .array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 5 })
  .map((disks) => ({ disks, segmentBytes: 100 }));
const begin: SampleRound = { next: 0, covered: 0 };

/** Numbers over all disks of the segments of a sample. */
function read(shape: PointShape, sample: { first: number; count: number }): number[] {
  const starts = shape.disks.map((_, at) => segmentsOf({ ...shape, disks: shape.disks.slice(0, at) }));
  return [...verifyParts("full", shape, sample)].map(({ disk, segment }) => (starts[disk] ?? 0) + segment);
}

describe("a sampled verification", () => {
  it("covers every segment of a point once in a round, whatever the budget", () => {
    const budgets = fc.oneof(
      fc.record({ unit: fc.constant("percent" as const), amount: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ unit: fc.constant("bytes" as const), amount: fc.integer({ min: 100, max: 9_000 }) }),
    );
    fc.assert(
      fc.property(shapes, fc.array(budgets, { minLength: 1, maxLength: 5 }), (shape, nights) => {
        const segments = segmentsOf(shape);
        const seen: number[] = [];
        let round = begin;
        for (let night = 0; round.covered < segments; night++) {
          const budget = nights[night % nights.length] ?? { unit: "percent", amount: 10 };
          const sample = planSample(shape, round, budget);
          expect(sample.count).toBeGreaterThan(0);
          const most = budget.unit === "bytes" ? budget.amount : Number.POSITIVE_INFINITY;
          expect(sample.bytes).toBeLessThanOrEqual(most);
          seen.push(...read(shape, sample));
          round = nextRound(sample, segments, round);
        }
        expect(new Set(seen).size).toBe(segments);
        expect(coveragePercent(round.covered, segments)).toBe(100);
      }),
    );
  });

  it("reads up to the last byte of its budget and not one more", () => {
    const shape = { disks: [250, 100], segmentBytes: 100 };
    const count = (amount: number) => planSample(shape, begin, { unit: "bytes", amount });
    expect(count(99)).toEqual({ first: 0, count: 0, bytes: 0 });
    expect(count(250)).toEqual({ first: 0, count: 3, bytes: 250 });
    expect(count(349)).toEqual({ first: 0, count: 3, bytes: 250 });
    expect(count(10_000)).toEqual({ first: 0, count: 4, bytes: 350 });
    expect(planSample(shape, { next: 2, covered: 2 }, { unit: "bytes", amount: 150 })).toEqual({
      first: 2,
      count: 2,
      bytes: 150,
    });
  });

  it("begins again when its place is beyond the point", () => {
    const shape = { disks: [100], segmentBytes: 100 };
    expect(planSample(shape, { next: 7, covered: 3 }, { unit: "percent", amount: 10 }).first).toBe(0);
    expect(nextRound({ first: 0, count: 1 }, 1, { next: 0, covered: 1 })).toEqual({ next: 0, covered: 1 });
  });
});

describe("the share of a team in a night", () => {
  const share = (team: string, used: Readonly<Record<string, number>>, waiting: readonly string[]) =>
    nightShare(team, { budget: 12, used: new Map(Object.entries(used)), waiting });

  it("is the same for all that wait, and passes on what others leave", () => {
    expect(share("a", {}, ["a"])).toBe(12);
    expect(share("a", {}, ["a", "b", "c"])).toBe(4);
    expect(share("a", { a: 4 }, ["a", "b", "c"])).toBe(0);
    expect(share("b", { a: 4 }, ["a", "b", "c"])).toBe(4);
    // Nothing of c waits any more.
    expect(share("a", { a: 4, c: 2 }, ["a", "b"])).toBe(1);
    // A team with more than its share leaves less to the others.
    expect(share("b", { a: 8 }, ["a", "b", "c"])).toBe(2);
    expect(share("a", { a: 8 }, ["a", "b", "c"])).toBe(0);
  });

  it("never exceeds the budget, and gives no team less than an equal part of it", () => {
    const teams = ["a", "b", "c", "d"];
    const wants = fc.array(
      fc.record({ team: fc.constantFrom(...teams), bytes: fc.integer({ min: 1, max: 9 }) }),
    );
    fc.assert(
      fc.property(wants, fc.integer({ min: 0, max: 100 }), (asked, budget) => {
        const used = new Map<string, number>();
        const waiting = [...new Set(asked.map(({ team }) => team))];
        for (const { team, bytes } of asked) {
          const taken = Math.min(bytes, nightShare(team, { budget, used, waiting }));
          used.set(team, (used.get(team) ?? 0) + taken);
        }
        const sum = [...used.values()].reduce((total, bytes) => total + bytes, 0);
        expect(sum).toBeLessThanOrEqual(budget + 1e-6);
        for (const team of waiting) {
          const wanted = asked.reduce((total, one) => total + (one.team === team ? one.bytes : 0), 0);
          const fair = Math.min(wanted, budget / waiting.length);
          expect(used.get(team) ?? 0).toBeGreaterThanOrEqual(fair - 1e-6);
        }
      }),
    );
  });
});

it("the parts of a whole verification are each segment once, and large when they are cheap", () => {
  fc.assert(
    fc.property(shapes, fc.constantFrom("quick" as const, "full" as const), (shape, mode) => {
      const parts = [...verifyParts(mode, shape, { first: 0, count: segmentsOf(shape) })];
      const segments = parts.flatMap(({ disk, segment, count }) =>
        Array.from({ length: count }, (_, at) => `${disk} ${segment + at}`),
      );
      expect(segments).toHaveLength(segmentsOf(shape));
      expect(new Set(segments).size).toBe(segments.length);
    }),
  );
  expect([
    ...verifyParts("quick", { disks: [10_000], segmentBytes: 100 }, { first: 0, count: 100 }),
  ]).toHaveLength(2);
});
