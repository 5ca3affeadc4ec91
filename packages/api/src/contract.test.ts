import { readFileSync } from "node:fs";
import path from "node:path";
import { agentProcedures, agentUse } from "@kluis/domain";
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

test("every procedure says what an agent may do with it, and none says it of another", () => {
  const paths = listProcedures().map(({ path: name }) => name);
  expect([...agentProcedures.keys()].toSorted()).toEqual(paths.toSorted());
});

test("an agent reads by queries, and by the one mutation that only notes what it read", () => {
  const wrong = listProcedures().filter(({ path: name, type }) => {
    const use = agentUse(name);
    return type === "mutation"
      ? use === "reads" && name !== "audit.verify"
      : !["reads", "never"].includes(use);
  });
  expect(wrong.map(({ path: name }) => name)).toEqual([]);
});
