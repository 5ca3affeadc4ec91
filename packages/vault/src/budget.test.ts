import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBudget, within } from "./budget.ts";

const signal = new AbortController().signal;

describe("a budget", () => {
  it("never exceeds its total, serves every caller, and ends empty", async () => {
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

  it("grants more than the total when nothing else is in use", async () => {
    const budget = createBudget(4);
    await budget.acquire(100, signal);
    const order: string[] = [];
    const next = budget.acquire(1, signal).then(() => order.push("next"));
    expect(order).toEqual([]);
    budget.release(100);
    await next;
    expect(order).toEqual(["next"]);
  });

  it("releases a canceled waiter and serves the next", async () => {
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
