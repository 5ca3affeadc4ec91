import fc from "fast-check";
import { expect, test } from "vitest";
import { FOOTER_SIZE, footerProblem, makeFooter } from "./vhd.ts";

const UNIQUE = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1";
const MIB = 1024 * 1024;

test("a footer is valid for its size only, and any flipped bit is found", () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 33_554_432 }), fc.nat(FOOTER_SIZE * 8 - 1), (mib, bit) => {
      const footer = makeFooter(mib * MIB, UNIQUE, 1_700_000_000_000);
      expect(footer.length).toBe(FOOTER_SIZE);
      expect(footerProblem(footer, mib * MIB)).toBeUndefined();
      expect(footerProblem(footer, (mib + 1) * MIB)).toContain(String((mib + 1) * MIB));
      footer[bit >> 3] = (footer[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(footerProblem(footer, mib * MIB)).toBeDefined();
    }),
  );
});

test("fields are at the offsets of the specification", () => {
  const footer = makeFooter(4 * 1024 * MIB, UNIQUE, Date.UTC(2000, 0, 1, 0, 0, 5));
  expect(footer.toString("latin1", 0, 8)).toBe("conectix");
  expect(footer.readUInt32BE(24)).toBe(5);
  expect(footer.readBigUInt64BE(16)).toBe(0xffff_ffff_ffff_ffffn);
  expect(footer.readBigUInt64BE(48)).toBe(4_294_967_296n);
  expect(footer.readUInt32BE(60)).toBe(2);
  expect(footer.toString("hex", 68, 84)).toBe(UNIQUE.replaceAll("-", ""));
  // 4 GiB by the specification's algorithm: 8,322 cylinders, 16 heads, 63 sectors.
  expect([footer.readUInt16BE(56), footer[58], footer[59]]).toEqual([8322, 16, 63]);
});

test("other bytes are refused with Azure's text", () => {
  expect(footerProblem(Buffer.alloc(FOOTER_SIZE), MIB)).toContain("conectix");
});
