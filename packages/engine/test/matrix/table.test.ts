import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { operations } from "./operations.ts";
import { refusals } from "./refusals.ts";
import { cellsOf, tableFile, withVerdicts } from "./table.ts";

const document = readFileSync(join(import.meta.dirname, "../../../..", tableFile), "utf8");

test("the document has every operation and every refusal of the code, and no other", () => {
  const wanted = operations.flatMap(({ name }) => refusals.map((refusal) => `${name} ${refusal}`));
  expect([...cellsOf(document).keys()]).toEqual(wanted);
});

test("no cell of the document says that something does not hold", () => {
  expect([...cellsOf(document).values()].filter((cell) => cell.startsWith("**no:**"))).toEqual([]);
});

test("a verdict fills its cell, and says what happened", () => {
  const verdict = { operation: "blob.get", refusal: "503", code: "AZURE_FAILED", problems: [] } as const;
  const of = (during: string, end: string) =>
    cellsOf(withVerdicts(document, [{ ...verdict, during, end }])).get("blob.get 503");
  expect(of("parked", "succeeded")).toBe("waits, succeeded `AZURE_FAILED`");
  expect(of("failed", "failed")).toBe("fails `AZURE_FAILED`");
  expect(of("failed", "succeeded")).toBe("fails, then succeeds `AZURE_FAILED`");
});
