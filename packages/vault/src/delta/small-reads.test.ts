import type { Extent } from "@kluis/domain/core";
import { expect, test } from "vitest";
import { createBudget } from "../budget.ts";
import { MAX_READ_BYTES, WINDOW_BYTES } from "../constants.ts";
import { type Batch, batchWindows, planWindows, segmentSpan } from "./plan-windows.ts";
import { readBlocks } from "./read-blocks.ts";

const { signal } = new AbortController();
const span = segmentSpan(64 * WINDOW_BYTES, 0);

/** The most reads at the same time of all batches, with a budget of two. */
async function mostReads(extents: readonly Extent[]): Promise<number> {
  let running = 0;
  let most = 0;
  const source = {
    size: span.end,
    read: async (_offset: number, length: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return Buffer.alloc(length);
    },
  };
  const reads = createBudget(2);
  const windows = planWindows(extents, span);
  const batches: Batch[] = await Array.fromAsync(
    batchWindows(windows, { maxBytes: MAX_READ_BYTES, maxWindows: 64 }),
  );
  for (const content of await Promise.all(
    batches.map((batch) => readBlocks(batch, { source, span, reads, signal })),
  ))
    content.free();
  await reads.acquire(2, signal);
  return most;
}

test("large reads share the budget one by one, small ones four at a time", async () => {
  const small = Array.from({ length: 64 }, (_, n): Extent => {
    return { offset: n * WINDOW_BYTES, length: 65_536, kind: "data" };
  });
  expect(await mostReads([{ offset: 0, length: span.end, kind: "data" }])).toBe(2);
  expect(await mostReads(small)).toBe(8);
});
