/** How far the repeated work of the engine is. */
import { type ErrorInfo, workNames } from "@kluis/domain";
import { z } from "zod";
import { errorInfoSchema } from "../health/health.ts";
import type { Tx } from "../tx.ts";

const rowSchema = z.object({
  name: z.enum(workNames),
  /** Rises with each write; a write applies only to the version that was read. 0: there is no row yet. */
  version: z.int(),
  /** Where the pass under way continues; null: at its start. */
  cursor: z.string().nullable(),
  /** Null: no pass is under way. */
  startedAt: z.date().nullable(),
  done: z.int(),
  failed: z.int(),
  error: errorInfoSchema.nullable(),
  /** The first item that failed, in words; null when the pass itself failed. */
  errorItem: z.string().nullable(),
  lastEndedAt: z.date().nullable(),
  lastDone: z.int(),
  lastFailed: z.int(),
  lastError: errorInfoSchema.nullable(),
  lastErrorItem: z.string().nullable(),
  /** When the last pass ended in which nothing failed. */
  lastSuccessAt: z.date().nullable(),
});
export type RecurringWorkRow = z.infer<typeof rowSchema>;

/** The state of work that never ran. */
export function newRecurringWork(name: RecurringWorkRow["name"]): RecurringWorkRow {
  const pass = { cursor: null, startedAt: null, done: 0, failed: 0, error: null, errorItem: null };
  const last = { lastEndedAt: null, lastDone: 0, lastFailed: 0, lastError: null, lastErrorItem: null };
  return { name, version: 0, ...pass, ...last, lastSuccessAt: null };
}

export async function readRecurringWork(
  tx: Tx,
  name: RecurringWorkRow["name"],
): Promise<RecurringWorkRow | null> {
  const row = await tx.recurringWork.findUnique({ where: { name } });
  return row === null ? null : rowSchema.parse(row);
}

/** Forgets work that no longer runs. Returns false when there was nothing. */
export async function forgetRecurringWork(tx: Tx, name: RecurringWorkRow["name"]): Promise<boolean> {
  return (await tx.recurringWork.deleteMany({ where: { name } })).count > 0;
}

/** All work that ever ran, in the order of its names. Rows of other versions are left out. */
export async function listRecurringWork(tx: Tx): Promise<RecurringWorkRow[]> {
  const rows = await tx.recurringWork.findMany();
  const known = rows.flatMap((row) => {
    const parsed = rowSchema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
  return known.toSorted((a, b) => workNames.indexOf(a.name) - workNames.indexOf(b.name));
}

/**
 * Stores the next state of the work.
 * @returns the row with its next version; null when another engine has written since `row` was read
 */
export async function saveRecurringWork(tx: Tx, row: RecurringWorkRow): Promise<RecurringWorkRow | null> {
  const json = (error: ErrorInfo | null): string | null => (error === null ? null : JSON.stringify(error));
  const written = await tx.$executeRaw`
    INSERT INTO "RecurringWork" (name, version, cursor, "startedAt", done, failed, error, "errorItem",
      "lastEndedAt", "lastDone", "lastFailed", "lastError", "lastErrorItem", "lastSuccessAt")
    VALUES (${row.name}, ${row.version + 1}, ${row.cursor}, ${row.startedAt}, ${row.done}, ${row.failed},
      ${json(row.error)}::jsonb, ${row.errorItem}, ${row.lastEndedAt}, ${row.lastDone}, ${row.lastFailed},
      ${json(row.lastError)}::jsonb, ${row.lastErrorItem}, ${row.lastSuccessAt})
    ON CONFLICT (name) DO UPDATE SET version = excluded.version, cursor = excluded.cursor,
      "startedAt" = excluded."startedAt", done = excluded.done, failed = excluded.failed,
      error = excluded.error, "errorItem" = excluded."errorItem", "lastEndedAt" = excluded."lastEndedAt",
      "lastDone" = excluded."lastDone", "lastFailed" = excluded."lastFailed",
      "lastError" = excluded."lastError", "lastErrorItem" = excluded."lastErrorItem",
      "lastSuccessAt" = excluded."lastSuccessAt"
    WHERE "RecurringWork".version = ${row.version}`;
  return written === 1 ? { ...row, version: row.version + 1 } : null;
}
