import { describe, expect, it } from "vitest";
import { forEachConcurrent, mapConcurrent } from "./concurrent.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Counts concurrent calls; `count.most` is the peak. */
function counted(work: (item: number) => Promise<void>) {
  const count = { running: 0, most: 0, ended: 0, seen: [] as number[] };
  const run = async (item: number) => {
    count.running += 1;
    count.most = Math.max(count.most, count.running);
    try {
      await work(item);
      count.seen.push(item);
    } finally {
      count.running -= 1;
      count.ended += 1;
    }
  };
  return { count, run };
}

/** An endless source that records how far it was read and whether it was closed. */
function endless() {
  const state = { taken: 0, closed: false };
  async function* items(): AsyncGenerator<number> {
    try {
      for (;;) {
        state.taken += 1;
        yield state.taken - 1;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, items: items() };
}

describe("forEachConcurrent", () => {
  it("works on every item and never exceeds the limit", async () => {
    const { count, run } = counted(async () => void (await turn()));
    await forEachConcurrent([1, 2, 3, 4, 5, 6, 7], { limit: 3 }, run);
    expect(count.seen.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(count.most).toBe(3);
  });

  it("passes a slow item: a free slot takes the next one", async () => {
    const order: number[] = [];
    const slow = Promise.withResolvers<void>();
    await forEachConcurrent([0, 1, 2, 3], { limit: 2 }, async (item) => {
      if (item === 0) await slow.promise;
      order.push(item);
      if (item === 3) slow.resolve();
    });
    expect(order).toEqual([1, 2, 3, 0]);
  });

  it("throws the first error after everything has settled, and closes the source", async () => {
    const { state, items } = endless();
    const { count, run } = counted(async (item) => {
      await turn();
      if (item === 1) throw new Error("second");
      if (item > 1) throw new Error("later");
      await turn();
    });
    await expect(forEachConcurrent(items, { limit: 2 }, run)).rejects.toThrow("second");
    expect(state.closed).toBe(true);
    expect(state.taken).toBeLessThan(5);
    expect(count).toMatchObject({ running: 0, seen: [0] });
  });

  it("takes no item after an abort and throws its reason when work has settled", async () => {
    const { state, items } = endless();
    const abort = new AbortController();
    const { count, run } = counted(async (item) => {
      await turn();
      if (item === 2) abort.abort(new Error("enough"));
      await turn();
    });
    await expect(forEachConcurrent(items, { limit: 2, signal: abort.signal }, run)).rejects.toThrow("enough");
    expect(state.closed).toBe(true);
    expect(count.running).toBe(0);
    expect(count.ended).toBeLessThan(6);
  });

  it("settles its work when the source fails", async () => {
    const { count, run } = counted(async () => void (await turn()));
    async function* items(): AsyncGenerator<number> {
      yield 0;
      yield 1;
      throw new Error("the source failed");
    }
    await expect(forEachConcurrent(items(), { limit: 4 }, run)).rejects.toThrow("the source failed");
    expect(count).toMatchObject({ running: 0, ended: 2 });
  });
});

describe("mapConcurrent", () => {
  it("keeps the order and never exceeds the limit", async () => {
    let running = 0;
    let most = 0;
    const double = async (n: number) => {
      running += 1;
      most = Math.max(most, running);
      for (let i = 0; i < 10 - n; i++) await Promise.resolve();
      running -= 1;
      return n * 2;
    };
    const out = await Array.fromAsync(mapConcurrent(Array(10).keys(), { limit: 3 }, double));
    expect(out).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect(most).toBe(3);
  });

  it("throws an error after everything has settled, and closes the source", async () => {
    const { state, items } = endless();
    const { count, run } = counted(async (item) => {
      await turn();
      if (item === 2) throw new Error("third");
    });
    await expect(Array.fromAsync(mapConcurrent(items, { limit: 4 }, run))).rejects.toThrow("third");
    expect(state.closed).toBe(true);
    expect(count.running).toBe(0);
  });

  it("settles everything when the consumer stops", async () => {
    const { state, items } = endless();
    const { count, run } = counted(async () => void (await turn()));
    for await (const _ of mapConcurrent(items, { limit: 3 }, run)) break;
    expect(state.closed).toBe(true);
    expect(count.running).toBe(0);
  });
});
