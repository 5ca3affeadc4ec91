/** Building blocks of the schemas of everything that leaves the server as JSON. */
import { z } from "zod";
import { actorSchema, signInMethods } from "../ledger/audit.ts";

/** An instant as ISO 8601 in UTC with milliseconds; accepts a Date or any text that PostgreSQL writes for a timestamp. */
export const instantView = z
  .union([z.date(), z.string()])
  .transform((value) => new Date(value).toISOString())
  .pipe(z.iso.datetime());

/** A count of bytes as a safe integer; accepts what PostgreSQL sends for a bigint or numeric. */
export const bytesView = z
  .union([z.number(), z.bigint(), z.string()])
  .transform(Number)
  .pipe(z.int().nonnegative());

/** Bytes over many rows: exact up to 2^53 (8 PiB), above that the nearest number. */
export const byteSumView = z
  .union([z.number(), z.bigint(), z.string()])
  .transform(Number)
  .pipe(z.number().nonnegative());

/** A count as a safe integer; accepts what PostgreSQL sends for a bigint. */
export const countView = bytesView;

/** Something with an id and a name. */
export const refView = z.object({ id: z.string(), name: z.string() });
export type Ref = z.infer<typeof refView>;

/** Who did it: a user (through a session or a token) or the engine. Accepts an actor as stored. */
export const actorView = z.object({
  kind: z.enum(actorSchema.options.map(({ shape }) => shape.kind.value)),
  name: z.string(),
  personId: z.string().nullable().default(null),
  via: z.enum(signInMethods).nullable().default(null),
});
export type ActorView = z.infer<typeof actorView>;

/** The part of an error that users see. Accepts an error that was stored before errors had a reason. */
export const errorView = z.object({
  code: z.string(),
  reason: z.string().nullable().default(null),
  message: z.string(),
  action: z.string().nullable().default(null),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
});
export type ErrorView = z.infer<typeof errorView>;

/** A policy with the number of one of its versions. */
export const policyVersionView = refView.extend({ version: z.int() });

/** The rows of a list that pages show. Filters and searches find the others, because counting a million rows takes seconds. */
export const listedMost = 10_000;

/** One page of a list; `total` counts the rows that the caller may see and that pass the filters, up to `listedMost`. */
export function pageView<Row extends z.ZodType>(row: Row) {
  return z.object({
    rows: z.array(row),
    total: countView,
    /** Whether there are more rows than `total`. */
    hasMore: z.boolean(),
    /** Counted from 1. */
    page: z.int().min(1),
    pageSize: z.int().min(1),
  });
}
