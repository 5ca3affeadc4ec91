import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { withProcedureTable } from "./contract-table.ts";
import { listProcedures } from "./procedure-list.ts";

test.each(listProcedures())("$path has an output schema that JSON Schema can represent", ({ output }) => {
  const { type } = z.toJSONSchema(output ?? z.never(), { io: "output" });
  expect(["object", "array"]).toContain(type);
});

test.each(listProcedures().filter(({ input }) => input !== undefined))(
  "$path refuses unknown keys in its input",
  ({ input }) => {
    expect(input?.safeParse({ unknownKey: 1 }).success).toBe(false);
  },
);

test("the table in CONTRACT.md is the router's", () => {
  const text = readFileSync(path.resolve(import.meta.dirname, "../CONTRACT.md"), "utf8");
  expect(withProcedureTable(text)).toBe(text);
});
