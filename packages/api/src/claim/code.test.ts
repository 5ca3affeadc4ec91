import fc from "fast-check";
import { expect, test } from "vitest";
import { newClaimCode, plainClaimCode } from "./code.ts";

test("a code is five groups of four letters that are not alike, and never the same", () => {
  const codes = Array.from({ length: 200 }, newClaimCode);
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(codes).size).toBe(codes.length);
});

test("however it is typed, it is the same code", () => {
  fc.assert(
    fc.property(fc.nat(100), (seed) => {
      const code = newClaimCode();
      const plain = plainClaimCode(code);
      expect(plainClaimCode(code.toLowerCase().replaceAll("-", seed % 2 === 0 ? " " : ""))).toBe(plain);
      expect(
        plainClaimCode(` ${code.replaceAll("0", "o").replaceAll("1", seed % 2 === 0 ? "l" : "I")} `),
      ).toBe(plain);
    }),
  );
});
