import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillBytes } from "./fill.ts";

const kinds = fc.constantFrom("text", "binary", "random");
const ranges = fc.record({
  offset: fc.nat(200_000),
  length: fc.integer({ min: 1, max: 100_000 }),
  at: fc.nat(),
});

describe("fillBytes", () => {
  test("a range equals the concatenation of its parts", () => {
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

  test.each(["text", "binary", "random"] as const)("%s: no block is empty or repeated", (kind) => {
    const data = fillBytes(kind, "seed", { offset: 0, length: 4 * 1024 * 1024 });
    const seen = new Set<string>();
    for (let at = 0; at < data.length; at += 4096) {
      const block = data.subarray(at, at + 4096);
      expect(block.some((byte) => byte !== 0)).toBe(true);
      seen.add(block.toString("base64"));
    }
    expect(seen.size).toBe(1024);
  });
});
