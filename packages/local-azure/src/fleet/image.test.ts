import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillBytes } from "./fill.ts";
import { type Recipe, readRecipe, unpackImage } from "./image.ts";

const kinds = fc.constantFrom("text", "binary", "random");
const ranges = fc.record({
  offset: fc.nat(200_000),
  length: fc.integer({ min: 1, max: 100_000 }),
  at: fc.nat(),
});

describe("computed content", () => {
  test("a range is the same however it is cut", () => {
    fc.assert(
      fc.property(kinds, ranges, (kind, { offset, length, at }) => {
        const cut = at % length;
        const whole = fillBytes(kind, "seed", { offset, length });
        const parts = [
          fillBytes(kind, "seed", { offset, length: cut }),
          fillBytes(kind, "seed", { offset: offset + cut, length: length - cut }),
        ];
        expect(whole.length).toBe(length);
        expect(Buffer.concat(parts).equals(whole)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test.each(["text", "binary", "random"] as const)(
    "%s: no block is empty and none is there twice",
    (kind) => {
      const data = fillBytes(kind, "seed", { offset: 0, length: 4 * 1024 * 1024 });
      const seen = new Set<string>();
      for (let at = 0; at < data.length; at += 4096) {
        const block = data.subarray(at, at + 4096);
        expect(block.some((byte) => byte !== 0)).toBe(true);
        seen.add(block.toString("base64"));
      }
      expect(seen.size).toBe(1024);
    },
  );
});

/** SHA-256 of the raw disk that `unpackImage` writes, without a file: writes are gathered and sorted by offset. */
async function digestOf(recipe: Recipe): Promise<string> {
  const writes: { offset: number; data: Buffer }[] = [];
  await unpackImage(recipe, async (offset, data) => {
    writes.push({ offset, data: Buffer.from(data) });
  });
  writes.sort((a, b) => a.offset - b.offset);
  const hash = createHash("sha256");
  const zeros = Buffer.alloc(1024 * 1024);
  let at = 0;
  const zeroUntil = (end: number) => {
    for (; at < end; at += Math.min(zeros.length, end - at))
      hash.update(zeros.subarray(0, Math.min(zeros.length, end - at)));
  };
  for (const { offset, data } of writes) {
    zeroUntil(offset);
    hash.update(data);
    at += data.length;
  }
  zeroUntil(recipe.diskBytes);
  return hash.digest("hex");
}

describe("shipped disks", () => {
  test.each(["sandbox-01-os", "sql-01-log"])(
    "%s unpacks to the very bytes that were packed",
    async (name) => {
      const recipe = await readRecipe(name);
      expect(await digestOf(recipe)).toBe(recipe.sha256);
    },
  );
});
