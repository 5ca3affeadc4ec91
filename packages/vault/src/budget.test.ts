import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBudget, within } from "./budget.ts";
import { forEachConcurrent, mapConcurrent } from "./concurrent.ts";

const signal = new AbortController().signal;

describe("a budget", () => {
  it("never gives out more than it has, serves everybody, and ends empty", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 40 }), async (amounts) => {
        const budget = createBudget(10);
        let used = 0;
        let most = 0;
        let served = 0;
        await Promise.all(
          amounts.map((amount) =>
            within(budget, { amount, signal }, async () => {
              used += amount;
              most = Math.max(most, used);
              await Promise.resolve();
              used -= amount;
              served += 1;
            }),
          ),
        );
        expect(served).toBe(amounts.length);
        expect(most).toBeLessThanOrEqual(10);
        await budget.acquire(10, signal);
      }),
    );
  });

  it("grants more than the whole when nothing else is in use: nobody starves", async () => {
    const budget = createBudget(4);
    await budget.acquire(100, signal);
    const order: string[] = [];
    const next = budget.acquire(1, signal).then(() => order.push("next"));
    expect(order).toEqual([]);
    budget.release(100);
    await next;
    expect(order).toEqual(["next"]);
  });

  it("lets who is cancelled go, and those behind him move up", async () => {
    const budget = createBudget(4);
    await budget.acquire(3, signal);
    const cancel = new AbortController();
    const big = budget.acquire(4, cancel.signal);
    const small = budget.acquire(1, signal);
    cancel.abort(new Error("enough"));
    await expect(big).rejects.toThrow("enough");
    await expect(small).resolves.toBeUndefined();
  });
});

describe("mapping with bounded concurrency", () => {
  it("keeps order and never runs more than the limit", async () => {
    let running = 0;
    let most = 0;
    const work = async (n: number) => {
      running += 1;
      most = Math.max(most, running);
      for (let i = 0; i < 10 - n; i++) await Promise.resolve();
      running -= 1;
      return n * 2;
    };
    const out = await Array.fromAsync(
      mapConcurrent(
        Array.from({ length: 10 }, (_, n) => n),
        3,
        work,
      ),
    );
    expect(out).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(most).toBe(3);
  });

  it("awaits what runs before it throws, and closes its source", async () => {
    let closed = false;
    let running = 0;
    const source = (function* () {
      try {
        for (let n = 0; ; n++) yield n;
      } finally {
        closed = true;
      }
    })();
    const work = async (n: number) => {
      running += 1;
      for (let i = 0; i < 20; i++) await Promise.resolve();
      running -= 1;
      if (n === 2) throw new Error("third");
    };
    await expect(forEachConcurrent(source, 4, work)).rejects.toThrow("third");
    expect({ closed, running }).toEqual({ closed: true, running: 0 });
  });
});
