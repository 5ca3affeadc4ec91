import fc from "fast-check";
import { expect, test } from "vitest";
import { Rates } from "./rates.ts";

test("never more than the burst and what time has refilled, whatever the pattern; one caller does not slow another", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3_000), { maxLength: 200 }), (pauses) => {
      let now = 0;
      const rates = new Rates(() => now);
      const rate = { burst: 5, perSecond: 2 };
      let taken = 0;
      for (const pause of pauses) {
        now += pause;
        if (rates.take("one", rate) === 0) taken++;
        expect(taken).toBeLessThanOrEqual(5 + (now / 1000) * 2 + 1e-6);
      }
      expect(rates.take("another", rate)).toBe(0);
    }),
  );
});

test("says how long to wait, and that is enough", () => {
  let now = 0;
  const rates = new Rates(() => now);
  const rate = { burst: 1, perSecond: 0.5 };
  expect(rates.take("one", rate)).toBe(0);
  const wait = rates.take("one", rate);
  expect(wait).toBe(2_000);
  now = wait - 1;
  expect(rates.take("one", rate)).toBeGreaterThan(0);
  now = wait;
  expect(rates.take("one", rate)).toBe(0);
});
