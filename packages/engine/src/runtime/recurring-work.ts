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
import { errorInfo, forEachConcurrent, isLimited, notice, type WorkName, workRules } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { heldText, isHeldUp, placeIn } from "./held-up.ts";
import type { Again } from "./tasks.ts";

export type WorkDeps = Pick<EngineDeps, "db" | "clock" | "log">;

export interface WorkPage<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; null after the last page. */
  readonly next: string | null;
  /** The run ends after this page, and the next one continues after this time. Default: it continues at once. */
  readonly pauseMs?: number;
}

/** A problem that stays although this pass had no reason to try the item again. */
export interface StandingProblem {
  readonly items: number;
  readonly first: string;
  readonly error: unknown;
}

export interface RecurringWork<Item> {
  readonly name: WorkName;
  /**
   * Reads the page that begins at a cursor; null: the first one. Its error ends the run, and the next run tries it again.
   * @param isHeldUp limits of Azure have kept this page from its end for so long that it must not wait for them any more
   */
  page(cursor: string | null, isHeldUp: boolean): Promise<WorkPage<Item>>;
  /** The item in words, as health shows it: `VM web-01`. */
  nameOf(item: Item): string;
  /**
   * Works on the items of a page at once, in as many statements as on a few: all of it or, with an error, nothing.
   * @returns the items that it left. They follow one by one, as all of them do after an error.
   */
  together?(items: readonly Item[], signal: AbortSignal): Promise<readonly Item[]>;
  /**
   * Works on one item. Must be safe to repeat, also while another engine does the same. Its error concerns this item only, except
   * throttling, which ends the run: the next one waits as Azure requests, and continues at this page. When that lasts, the
   * throttled items have failed, and the others continue.
   */
  work(item: Item, signal: AbortSignal): Promise<void>;
  /** Items of a page that are worked on at the same time. Default: one. */
  readonly atOnce?: number;
  /** Engines claim their items from each other, and share one pass: the state of another one does not end this run. */
  readonly isShared?: boolean;
  /** Problems of earlier passes that are not solved, read after the last page. */
  standing?(): Promise<StandingProblem | null>;
}

/**
 * Continues the pass that is under way, or begins one, until its end or the end of the time of a run.
 * @returns when to run again: at once while pages are left
 * @throws what stops the whole run: the error of a page or of the database, or the reason of the signal
 */
export async function runWork<Item>(
  deps: WorkDeps,
  work: RecurringWork<Item>,
  signal: AbortSignal,
): Promise<Again | null> {
  const stored = (await readRecurringWork(deps.db.prisma, work.name)) ?? newRecurringWork(work.name);
  const startedAt = stored.startedAt ?? (await databaseNow(deps.db.prisma));
  let row: RecurringWorkRow = { ...stored, startedAt };
  const began = deps.clock.elapsedMs();
  for (;;) {
    const place = placeIn(row.cursor);
    const now = place.heldSince === null ? null : await databaseNow(deps.db.prisma);
    const held = now !== null && isHeldUp(place, now);
    const done = await workPage(
      deps,
      { work, row: { ...row, cursor: place.cursor }, isHeldUp: held },
      signal,
    );
    if (done.kind === "throttled") {
      // The page is worked on again, so its counts are those of its next try.
      await save(
        deps,
        row,
        heldText({ ...place, heldSince: place.heldSince ?? (await databaseNow(deps.db.prisma)) }),
      );
      return { againInMs: done.pauseMs };
    }
    const next = done.isLimited && done.next !== null ? heldText({ ...place, cursor: done.next }) : done.next;
    const saved =
      next === null
        ? await endPass(deps, work, done.row)
        : await saveShared(deps, { work, row, done: { ...done, next } });
    // Another engine runs the same work: its state counts, and every item is safe to repeat.
    if (saved === null || next === null) return null;
    if (done.pauseMs !== undefined) return { againInMs: done.pauseMs };
    if (deps.clock.elapsedMs() - began > workRules[work.name].budgetMs) return { againInMs: 0 };
    row = saved;
  }
}

interface Running<Item> {
  readonly work: RecurringWork<Item>;
  readonly row: RecurringWorkRow;
}

interface RunningPage<Item> extends Running<Item> {
  readonly isHeldUp: boolean;
}

interface Worked {
  readonly kind: "worked";
  readonly row: RecurringWorkRow;
  readonly next: string | null;
  readonly pauseMs: number | undefined;
  /** Limits that hold up the page have failed items of it: the next page does not wait for them either. */
  readonly isLimited: boolean;
}

/** Azure requests a pause: nothing is wrong with the item. */
export interface Throttled {
  readonly kind: "throttled";
  readonly pauseMs: number;
}

async function workPage<Item>(
  deps: WorkDeps,
  { work, row, isHeldUp: held }: RunningPage<Item>,
  signal: AbortSignal,
): Promise<Worked | Throttled> {
  const page = await readPage(deps, { work, row, isHeldUp: held, signal });
  if ("kind" in page) return page;
  const outcomes = new Map<Item, Outcome>();
  const pauses: Throttled[] = [];
  const left = await workTogether(deps, { work, items: page.items }, signal);
  await forEachConcurrent(left, { limit: work.atOnce ?? 1, signal }, async (item) => {
    if (pauses.length > 0) return;
    const outcome = await workOn(deps, { work, item, signal });
    if (!held) pauses.push(...throttledOf(outcome));
    outcomes.set(item, outcome);
  });
  const [throttled] = pauses;
  if (throttled !== undefined) return throttled;
  const { items, next, pauseMs } = page;
  const isStill = held && [...outcomes.values()].some((outcome) => throttledOf(outcome).length > 0);
  return { kind: "worked", row: counted(row, work, { items, outcomes }), next, pauseMs, isLimited: isStill };
}

/** Null: the item is done. */
type Outcome = { readonly error: unknown } | null;

/** The first failure in the order of the page is the one that shows. */
function counted<Item>(
  row: RecurringWorkRow,
  work: RecurringWork<Item>,
  { items, outcomes }: { readonly items: readonly Item[]; readonly outcomes: ReadonlyMap<Item, Outcome> },
): RecurringWorkRow {
  let next = row;
  for (const item of items) {
    const outcome = outcomes.get(item) ?? null;
    next =
      outcome === null
        ? { ...next, done: next.done + 1 }
        : withFailure(next, { item: work.nameOf(item), error: outcome.error });
  }
  return next;
}

export const longestPauseMs = 15 * 60_000;

export function throttledOf(outcome: Outcome): readonly Throttled[] {
  if (outcome === null) return [];
  const { retry, retryAfterMs = 0 } = knownError(outcome.error);
  if (!isLimited(retry)) return [];
  return [{ kind: "throttled", pauseMs: Math.min(longestPauseMs, Math.max(1_000, retryAfterMs)) }];
}

async function readPage<Item>(
  deps: WorkDeps,
  { work, row, isHeldUp: held, signal }: RunningPage<Item> & { readonly signal: AbortSignal },
): Promise<WorkPage<Item> | Throttled> {
  try {
    return await work.page(row.cursor, held);
  } catch (error) {
    // The engine stops: nothing is wrong with the page.
    signal.throwIfAborted();
    const [throttled] = throttledOf({ error });
    if (throttled !== undefined) return throttled;
    // The cursor stays, and health shows the error until the page can be read.
    if (!isDatabaseLost(error)) await save(deps, withFailure(row, { item: null, error }), row.cursor);
    throw error;
  }
}

/** Returns the items that are left for one by one. */
async function workTogether<Item>(
  deps: WorkDeps,
  { work, items }: { readonly work: RecurringWork<Item>; readonly items: readonly Item[] },
  signal: AbortSignal,
): Promise<readonly Item[]> {
  if (work.together === undefined || items.length < 2) return items;
  signal.throwIfAborted();
  try {
    return await work.together(items, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isDatabaseLost(error)) throw error;
    deps.log.info(
      { error, work: work.name, items: items.length },
      "a page failed; its items follow one by one",
    );
    return items;
  }
}

export async function workOn<Item>(
  deps: WorkDeps,
  {
    work,
    item,
    signal,
  }: { readonly work: RecurringWork<Item>; readonly item: Item; readonly signal: AbortSignal },
): Promise<Outcome> {
  signal.throwIfAborted();
  try {
    await work.work(item, signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    // Nothing could be recorded about the other items either.
    if (isDatabaseLost(error)) throw error;
    deps.log.warn({ error, work: work.name, item: work.nameOf(item) }, "an item failed; the others continue");
    return { error };
  }
}

function withFailure(
  row: RecurringWorkRow,
  { item, error }: { readonly item: string | null; readonly error: unknown },
): RecurringWorkRow {
  const first = row.error === null ? { error: errorInfo(knownError(error)), errorItem: item } : {};
  return { ...row, failed: row.failed + 1, ...first };
}

function save(
  deps: WorkDeps,
  row: RecurringWorkRow,
  cursor: string | null,
): Promise<RecurringWorkRow | null> {
  return saveRecurringWork(deps.db.prisma, { ...row, cursor });
}

/** Stores where the pass continues. With shared work, what another engine has stored meanwhile gets the counts of this page. */
async function saveShared<Item>(
  deps: WorkDeps,
  { work, row, done }: Running<Item> & { readonly done: Worked },
): Promise<RecurringWorkRow | null> {
  const saved = await save(deps, done.row, done.next);
  if (saved !== null || work.isShared !== true) return saved;
  const theirs = await readRecurringWork(deps.db.prisma, work.name);
  if (theirs === null) return null;
  return {
    ...theirs,
    startedAt: theirs.startedAt ?? row.startedAt,
    done: theirs.done + done.row.done - row.done,
    failed: theirs.failed + done.row.failed - row.failed,
    ...(theirs.error === null ? { error: done.row.error, errorItem: done.row.errorItem } : {}),
  };
}

/** Ends the pass: its counts become those of the last one, and what needs attention is raised or cleared. */
async function endPass<Item>(
  deps: WorkDeps,
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
