import fc from "fast-check";
import { expect, test } from "vitest";
import { isStorable, textLine, textLines } from "./text.ts";

test.each(["a\0b", "a\nb", "a\rb", "\u001b[31m", "a\u0085b", "a\u2028b", "\ud800", "x\udfff"])(
  "%j is not a line of text",
  (text) => {
    expect(textLine.safeParse(text).success).toBe(false);
  },
);

test.each(["", "  naïve 漢字 🙂 ", "=1+1", "a  b"])("%j is one", (text) => {
  expect(textLine.parse(text)).toBe(text.trim());
});

test("a description may have several lines, and no other control character", () => {
  expect(textLines.parse("one\n\ttwo\r\n")).toBe("one\n\ttwo");
  expect(textLines.safeParse("a\0b").success).toBe(false);
  expect(textLines.safeParse("a\u001bb").success).toBe(false);
});

test("lengths apply after spaces at the ends are gone", () => {
  expect(textLine.min(1).safeParse("   ").success).toBe(false);
  expect(textLine.max(3).parse(" abc ")).toBe("abc");
});

test("a NUL anywhere in a value is found, in keys too", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(isStorable({ some: [value, { deep: "a\0" }] })).toBe(false);
      expect(isStorable([{ "a\0": value }])).toBe(false);
      const text = JSON.stringify(value);
      expect(isStorable(value)).toBe(!text.includes("\\u0000") && !/\\ud[89a-f]/.test(text));
    }),
  );
});
