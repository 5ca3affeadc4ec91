/** The procedures of the router as data, for tests and for the table in CONTRACT.md. */
import { permissions } from "@kluis/domain";
import { z } from "zod";
import { appRouter } from "./root.ts";

const schema = z.custom<z.ZodType>((value) => value instanceof z.ZodType);
const definition = z.object({
  type: z.enum(["query", "mutation", "subscription"]),
  meta: z.object({ permission: z.enum(permissions), event: schema.optional() }),
  inputs: z.array(schema).max(1),
  output: schema.optional(),
});

export interface ListedProcedure extends Omit<z.infer<typeof definition>, "inputs" | "meta"> {
  readonly path: string;
  readonly permission: z.infer<typeof definition>["meta"]["permission"];
  readonly input: z.ZodType | undefined;
  /** Of the answer; for a subscription of its events. */
  readonly output: z.ZodType | undefined;
}

const procedures = z.record(z.string(), z.custom<{ readonly _def: unknown }>(isProcedure));

function isProcedure(value: unknown): boolean {
  return typeof value === "function" && "_def" in value;
}

/** Returns every procedure, in the order of the router. */
export function listProcedures(): ListedProcedure[] {
  return Object.entries(procedures.parse(appRouter._def.procedures)).map(([path, { _def }]) => {
    const { type, meta, inputs, output } = definition.parse(_def);
    return { path, type, permission: meta.permission, input: inputs[0], output: output ?? meta.event };
  });
}
