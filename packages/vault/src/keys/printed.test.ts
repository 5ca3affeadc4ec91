import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printSecret, readPrinted } from "./printed.ts";

const secrets = fc.uint8Array({ minLength: 20, maxLength: 20 });
const problemOf = (text: string): unknown => {
  try {
    readPrinted(text, [20]);
    return null;
  } catch (error) {
    return error;
  }
};

describe("a printed secret", () => {
  it("reads back, whatever the case, dashes, spaces and look-alikes", () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom(" ", "\n", "--", ""), (bytes, gap) => {
        const text = printSecret(bytes);
        const typed = text.replaceAll("-", gap).toLowerCase().replaceAll("0", "o").replaceAll("1", "l");
        expect(readPrinted(typed, [20]).equals(bytes)).toBe(true);
        expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){8}[0-9A-HJKMNP-TV-Z]{5}$/);
      }),
    );
  });

  it("finds every wrong character, and names its group", () => {
    const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZU!";
    fc.assert(
      fc.property(secrets, fc.nat({ max: 44 }), fc.nat({ max: 33 }), (bytes, at, by) => {
        const plain = printSecret(bytes).replaceAll("-", "");
        const other = alphabet[by] ?? "";
        fc.pre(plain[at] !== other);
        const typed = plain.slice(0, at) + other + plain.slice(at + 1);
        expect(problemOf(typed)).toMatchObject({
          code: "INPUT_INVALID",
          reason: "printed-group",
          params: { group: Math.floor(at / 5) + 1 },
        });
      }),
    );
  });

  it("finds swapped neighbors and swapped groups", () => {
    fc.assert(
      fc.property(secrets, fc.nat({ max: 43 }), fc.nat({ max: 7 }), (bytes, at, group) => {
        const text = printSecret(bytes);
        const plain = text.replaceAll("-", "");
        const [a = "", b = ""] = plain.slice(at, at + 2);
        fc.pre(a !== b);
        const swapped = plain.slice(0, at) + b + a + plain.slice(at + 2);
        expect(problemOf(swapped)).toMatchObject({ reason: "printed-group" });
        const groups = text.split("-");
        const [left = "", right = ""] = groups.slice(group, group + 2);
        groups.splice(group, 2, right, left);
        expect(problemOf(groups.join("-"))).toMatchObject({
          reason: "printed-group",
          params: { group: group + 1 },
        });
      }),
    );
  });

  it("counts missing and surplus characters", () => {
    const text = printSecret(new Uint8Array(20));
    expect(problemOf(text.slice(1))).toMatchObject({
      reason: "printed-length",
      params: { found: 44, expected: 45 },
    });
    expect(problemOf("")).toMatchObject({ reason: "printed-length" });
  });

  it("finds groups of two papers mixed", () => {
    const [a, b] = [printSecret(new Uint8Array(20).fill(1)), printSecret(new Uint8Array(20).fill(2))];
    const mixed = [...a.split("-").slice(0, 4), ...b.split("-").slice(4)].join("-");
    expect(problemOf(mixed)).toMatchObject({ reason: "printed-whole" });
  });

  it("quotes nothing of the secret in its errors", () => {
    const text = printSecret(new Uint8Array(20).fill(77));
    const error = problemOf(`${text.slice(0, 9)}U${text.slice(10)}`);
    const said = JSON.stringify(error) + String(error);
    for (const group of text.split("-")) expect(said).not.toContain(group);
  });
});
