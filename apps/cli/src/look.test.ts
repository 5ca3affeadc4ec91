import fc from "fast-check";
import { expect, test } from "vitest";
import { formatFacts, type Look, printable, wrap } from "./look.ts";

const pipe: Look = { width: Number.POSITIVE_INFINITY, paint: (_tone, text) => text };

test("no control character reaches the terminal", () => {
  expect(printable("a\u001B[31mb\r\nc\u009b")).toBe("a·[31mb··c·");
  const facts = formatFacts(
    [
      ["Job", "x\u0007"],
      ["State", "ok"],
    ],
    pipe,
  );
  expect(facts).toBe("Job    x·\nState  ok");
});

test("wrapping loses no word and breaks none", () => {
  const words = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: "grapheme-ascii" }), {
    minLength: 1,
  });
  const property = fc.property(words, fc.integer({ min: 10, max: 80 }), (list, width) => {
    const text = list.map((word) => word.replaceAll(" ", "_")).join(" ");
    const lines = wrap(text, width);
    expect(lines.join(" ")).toBe(text);
    for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
  });
  fc.assert(property);
});

test("long facts wrap in their column", () => {
  const facts = formatFacts([["Error", "the disk is full and cannot grow"]], { ...pipe, width: 25 });
  expect(facts).toBe("Error  the disk is full\n       and cannot grow");
});
