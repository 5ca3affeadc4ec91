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

test("a verdict replaces its cell only, and says what happened", () => {
  const [operation] = operations;
  if (operation === undefined) throw new Error("There is no operation.");
  const verdict = {
    operation,
    refusal: "503",
    hits: 3,
    during: "parked",
    end: "succeeded",
    code: "AZURE_FAILED",
    problems: [],
  } as const;
  const cells = cellsOf(withVerdicts(document, [verdict]));
  const before = cellsOf(document);
  expect(cells.get(`${operation.name} 503`)).toBe("waits, succeeded `AZURE_FAILED`");
  expect([...cells].filter(([key, cell]) => before.get(key) !== cell).length).toBeLessThanOrEqual(1);
});
