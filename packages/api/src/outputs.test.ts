import type { AnyTRPCProcedure } from "@trpc/server";
import { expect, test } from "vitest";
import { z } from "zod";
import { appRouter } from "./root.ts";

const isProcedure = (value: unknown): value is AnyTRPCProcedure => typeof value === "function";
const procedures = Object.entries(
  z.record(z.string(), z.custom<AnyTRPCProcedure>(isProcedure)).parse(appRouter._def.procedures),
).filter(([, procedure]) => procedure._def.type !== "subscription");

/** What `.output()` declared; tRPC keeps it without a type. */
function outputOf(procedure: AnyTRPCProcedure): unknown {
  return Reflect.get(procedure._def, "output");
}

test.each(procedures)("%s declares its output as a schema that JSON Schema can express", (_, procedure) => {
  const output = outputOf(procedure);
  expect(output).toBeInstanceOf(z.ZodType);
  if (!(output instanceof z.ZodType)) return;
  const schema = z.toJSONSchema(output, { io: "output", unrepresentable: "throw" });
  expect(schema).toHaveProperty("type");
});
