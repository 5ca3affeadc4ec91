import { describe, expect, it } from "vitest";
import { forEachConcurrent } from "./concurrent.ts";

describe("forEachConcurrent", () => {
  it("works on every item and never on more than the limit at once", async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    await forEachConcurrent([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      running++;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(item);
      running--;
    });
    expect(seen.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it("throws the first failure after what runs has ended, and takes no more items", async () => {
    const taken: number[] = [];
    const ended: number[] = [];
    async function* items(): AsyncGenerator<number> {
      for (let item = 0; item < 100; item++) {
        taken.push(item);
        yield item;
      }
    }
    await expect(
      forEachConcurrent(items(), 2, async (item) => {
        await new Promise((resolve) => setImmediate(resolve));
        ended.push(item);
        if (item === 1) throw new Error("second");
      }),
    ).rejects.toThrow("second");
    expect(taken.length).toBeLessThan(10);
    expect(ended).toContain(0);
  });
});
