/** Runs repeated work in pages with a stored cursor: one bad item never stops the next, and a kill costs at most one page. */
import {
  clearAttention,
  databaseNow,
  inTransaction,
  isDatabaseLost,
  knownError,
  newRecurringWork,
  type RecurringWorkRow,
  raiseAttention,
  readRecurringWork,
  saveRecurringWork,
} from "@kluis/db";
import { errorInfo, notice, type WorkName, workRules } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { Again } from "./tasks.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

export interface WorkPage<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; null after the last page. */
  readonly next: string | null;
}

/** A problem that stays although this pass had no reason to try the item again. */
export interface StandingProblem {
  readonly items: number;
  readonly first: string;
  readonly error: unknown;
}

export interface RecurringWork<Item> {
  readonly name: WorkName;
  /** Reads the page that begins at a cursor; null: the first one. Its error ends the run, and the next run tries it again. */
  page(cursor: string | null): Promise<WorkPage<Item>>;
  /** The item in words, as health shows it: `VM web-01`. */
  nameOf(item: Item): string;
  /** Works on one item. Must be safe to repeat, also while another engine does the same. Its error concerns this item only. */
  work(item: Item, signal: AbortSignal): Promise<void>;
  /** Problems of earlier passes that are not solved, read after the last page. */
  standing?(): Promise<StandingProblem | null>;
}

/**
 * Continues the pass that is under way, or begins one, until its end or the end of the time of a run.
 * @returns when to run again: at once while pages are left
 * @throws what stops the whole run: the error of a page or of the database, or the reason of the signal
 */
export async function runWork<Item>(
  deps: Deps,
  work: RecurringWork<Item>,
  signal: AbortSignal,
): Promise<Again | null> {
  const stored = (await readRecurringWork(deps.db.prisma, work.name)) ?? newRecurringWork(work.name);
  const startedAt = stored.startedAt ?? (await databaseNow(deps.db.prisma));
  let row: RecurringWorkRow = { ...stored, startedAt };
  const began = deps.clock.elapsedMs();
  for (;;) {
    const page = await readPage(deps, { work, row });
    for (const item of page.items) row = await workOn(deps, { work, row, item, signal });
    const saved = page.next === null ? await endPass(deps, work, row) : await save(deps, row, page.next);
    // Another engine runs the same work: its state counts, and every item is safe to repeat.
    if (saved === null || page.next === null) return null;
    if (deps.clock.elapsedMs() - began > workRules[work.name].budgetMs) return { againInMs: 0 };
    row = saved;
  }
}

interface Running<Item> {
  readonly work: RecurringWork<Item>;
  readonly row: RecurringWorkRow;
}

async function readPage<Item>(deps: Deps, { work, row }: Running<Item>): Promise<WorkPage<Item>> {
  try {
    return await work.page(row.cursor);
  } catch (error) {
    // The cursor stays, and health shows the error until the page can be read.
    if (!isDatabaseLost(error)) await save(deps, withFailure(row, { item: null, error }), row.cursor);
    throw error;
  }
}

async function workOn<Item>(
  deps: Deps,
  { work, row, item, signal }: Running<Item> & { readonly item: Item; readonly signal: AbortSignal },
): Promise<RecurringWorkRow> {
  signal.throwIfAborted();
  try {
    await work.work(item, signal);
    return { ...row, done: row.done + 1 };
  } catch (error) {
    signal.throwIfAborted();
    // Nothing could be recorded about the other items either.
    if (isDatabaseLost(error)) throw error;
    const name = work.nameOf(item);
    deps.log.warn({ error, work: work.name, item: name }, "an item failed; the others continue");
    return withFailure(row, { item: name, error });
  }
}

function withFailure(
  row: RecurringWorkRow,
  { item, error }: { readonly item: string | null; readonly error: unknown },
): RecurringWorkRow {
  const first = row.error === null ? { error: errorInfo(knownError(error)), errorItem: item } : {};
  return { ...row, failed: row.failed + 1, ...first };
}

function save(deps: Deps, row: RecurringWorkRow, cursor: string | null): Promise<RecurringWorkRow | null> {
  return saveRecurringWork(deps.db.prisma, { ...row, cursor });
}

/** Ends the pass: its counts become those of the last one, and what needs attention is raised or cleared. */
async function endPass<Item>(
  deps: Deps,
  work: RecurringWork<Item>,
  ended: RecurringWorkRow,
): Promise<RecurringWorkRow | null> {
  const standing = ended.failed > 0 ? null : ((await work.standing?.()) ?? null);
  const failed = standing?.items ?? ended.failed;
  const error = standing === null ? ended.error : errorInfo(knownError(standing.error));
  return inTransaction(deps.db, async (tx) => {
    const now = await databaseNow(tx);
    const saved = await saveRecurringWork(tx, {
      ...newRecurringWork(ended.name),
      version: ended.version,
      lastEndedAt: now,
      lastDone: ended.done,
      lastFailed: failed,
      lastError: error,
      lastErrorItem: standing?.first ?? ended.errorItem,
      lastSuccessAt: failed === 0 ? now : ended.lastSuccessAt,
    });
    if (saved === null) return null;
    const key = `recurring-work:${ended.name}` as const;
    if (failed === 0) {
      // Asking is cheap, but most passes follow a successful one.
      if (ended.lastFailed > 0) await clearAttention(tx, key);
      return saved;
    }
    const told = notice("work-failing", { work: ended.name, failed });
    await raiseAttention(tx, { key, kind: "recurring-work", notice: told, error });
    return saved;
  });
}
