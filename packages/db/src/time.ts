/** The time of the database: the only time that decides, because all processes share it. */
import { z } from "zod";
import type { Tx } from "./tx.ts";

const rowSchema = z.tuple([z.object({ at: z.date() })]);

/** Returns `kluis_now()`: the start of the transaction, or of the statement outside of one. */
export async function databaseNow(tx: Tx): Promise<Date> {
  const rows = await tx.$queryRaw`SELECT kluis_now() AS at`;
  const [{ at }] = rowSchema.parse(rows);
  return at;
}
