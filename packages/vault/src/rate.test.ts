import { describe, expect, test } from "vitest";
import { createRate, joinRates } from "./rate.ts";

const { signal } = new AbortController();

/** Time that passes only while someone sleeps. */
function timeline() {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    sleep: (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
}

describe("a limit of bytes per second", () => {
  test("lets a bucket pass at once, then its rate, whatever the pieces", async () => {
    const time = timeline();
    const rate = createRate({ ...time, limit: () => 1000 });
    for (let n = 0; n < 20; n++) await rate.take(500, signal);
    // 10,000 bytes: the last one leaves when those before it have passed, less the second in the bucket.
    expect(time.nowMs()).toBe(8500);
  });

  test("is kept in sum by callers at once, in their order", async () => {
    const time = timeline();
    const rate = createRate({ ...time, limit: () => 100 });
    const done: number[] = [];
    await Promise.all([1, 2, 3].map((n) => rate.take(200, signal).then(() => done.push(n))));
    expect(done).toEqual([1, 2, 3]);
    expect(time.nowMs()).toBe(3000);
  });

  test("no limit never waits, and a new limit reaches those who wait", async () => {
    const time = timeline();
    let limit: number | null = 1;
    const rate = createRate({
      ...time,
      limit: () => limit,
      sleep: (ms) => {
        limit = null;
        return time.sleep(ms);
      },
    });
    await rate.take(1_000_000, signal);
    await rate.take(1_000_000, signal);
    expect(time.nowMs()).toBe(5000);
  });

  test("an aborted caller throws and does not hold up the next", async () => {
    const time = timeline();
    const rate = createRate({ ...time, limit: () => 1000 });
    await rate.take(5000, signal);
    await expect(rate.take(1, AbortSignal.abort())).rejects.toThrow(/abort/);
    await rate.take(1, signal);
    expect(time.nowMs()).toBe(4000);
  });

  test("the lowest of several counts", async () => {
    const time = timeline();
    const rates = [4000, 1000, null].map((most) => createRate({ ...time, limit: () => most }));
    const joined = joinRates([...rates, null, undefined]);
    for (let n = 0; n < 20; n++) await joined.take(500, signal);
    expect(time.nowMs()).toBe(8500);
  });
});
