import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BucketState, longestBlockMs, lowerTokens, takeTokens } from "./request-budget.ts";

const shape = { size: 10, perSecond: 2, want: 4 };

describe("takeTokens", () => {
  it("grants what is wanted while the bucket has it, then says how long to wait", () => {
    const first = takeTokens(null, shape, 0);
    expect(first.lease).toEqual({ granted: 4, waitMs: 0 });
    const second = takeTokens(first.state, { ...shape, want: 9 }, 0);
    expect(second.lease).toEqual({ granted: 6, waitMs: 0 });
    const third = takeTokens(second.state, shape, 0);
    expect(third.lease).toEqual({ granted: 0, waitMs: 500 });
    expect(takeTokens(third.state, shape, 500).lease.granted).toBe(1);
  });

  it("grants nothing while the service refuses", () => {
    const blocked: BucketState = { tokens: 10, at: 0, blockedUntil: 3000 };
    expect(takeTokens(blocked, shape, 1000).lease).toEqual({ granted: 0, waitMs: 2000 });
    expect(takeTokens(blocked, shape, 3000).lease.granted).toBe(4);
  });

  it("never grants more than the bucket and its refill", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ afterMs: fc.nat(2000), want: fc.integer({ min: 1, max: 20 }) }), {
          maxLength: 60,
        }),
        (steps) => {
          let state: BucketState | null = null;
          let now = 0;
          let granted = 0;
          for (const { afterMs, want } of steps) {
            now += afterMs;
            const taken = takeTokens(state, { ...shape, want }, now);
            state = taken.state;
            granted += taken.lease.granted;
          }
          expect(granted).toBeLessThanOrEqual(shape.size + (now / 1000) * shape.perSecond + 1e-6);
        },
      ),
    );
  });

  it("refills and asks the service again after the clock was set back", () => {
    const ahead: BucketState = { tokens: 0, at: 1e12, blockedUntil: 1e12 };
    const first = takeTokens(ahead, shape, 0);
    expect(first.lease).toEqual({ granted: 0, waitMs: longestBlockMs });
    expect(takeTokens(first.state, shape, longestBlockMs).lease.granted).toBe(4);
    expect(takeTokens({ ...ahead, blockedUntil: 0 }, shape, 0).lease).toEqual({ granted: 0, waitMs: 500 });
  });
});

it("what the service reports counts from now", () => {
  const state: BucketState = { tokens: 1, at: 0, blockedUntil: 0 };
  expect(lowerTokens(state, { size: 10, perSecond: 2, tokens: 3 }, 60_000)).toMatchObject({
    tokens: 3,
    at: 60_000,
  });
  expect(lowerTokens(state, { size: 10, perSecond: 2, tokens: 9 }, 1000)).toMatchObject({
    tokens: 3,
    at: 1000,
  });
});
