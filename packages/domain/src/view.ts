/** Building blocks of the schemas of everything that leaves the server as JSON. */
import { z } from "zod";

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

/** A count as a safe integer; accepts what PostgreSQL sends for a bigint. */
export const countView = bytesView;

/** Something with an id and a name. */
export const refView = z.object({ id: z.string(), name: z.string() });
export type Ref = z.infer<typeof refView>;
