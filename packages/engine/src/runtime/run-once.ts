/** Runs a pass of repeated work for someone who waits for it, beside the one that is under way. */
import { databaseNow } from "@kluis/db";
import { forEachConcurrent } from "@kluis/domain";
import { heldText, isHeldUp, placeIn } from "./held-up.ts";
import {
  longestPauseMs,
  type RecurringWork,
  type Throttled,
  throttledOf,
  type WorkDeps,
  type WorkPage,
  workOn,
} from "./recurring-work.ts";

/** A pass that waits because Azure limits it. */
export interface Paused {
  /** Where it continues. */
  readonly cursor: string | null;
  readonly pauseMs: number;
}

/**
 * Runs a whole pass, or continues it, and stores nothing about it: for someone who waits for it. Limits of Azure end the run, and the
 * next one continues at the page; when they last, what they limit has failed, and the others continue.
 * @throws the error of a page or of the database
 */
export async function runOnce<Item>(
  deps: WorkDeps,
  work: RecurringWork<Item>,
  { cursor: from, signal }: { readonly cursor: string | null; readonly signal: AbortSignal },
): Promise<Paused | null> {
  for (let cursor = from; ; ) {
    const place = placeIn(cursor);
    const held = place.heldSince !== null && isHeldUp(place, await databaseNow(deps.db.prisma));
    const { page, pauses } = await pageOnce(deps, { work, cursor: place.cursor, held }, signal);
    const [throttled] = pauses;
    if (page === null || (throttled !== undefined && !held)) {
      const heldSince = place.heldSince ?? (await databaseNow(deps.db.prisma));
      return { cursor: heldText({ ...place, heldSince }), pauseMs: throttled?.pauseMs ?? longestPauseMs };
    }
    if (page.next === null) return null;
    cursor = throttled === undefined ? page.next : heldText({ ...place, cursor: page.next });
  }
}

interface Once<Item> {
  readonly work: RecurringWork<Item>;
  readonly cursor: string | null;
  readonly held: boolean;
}

/** Works on one page. No page: Azure limits its list. */
async function pageOnce<Item>(
  deps: WorkDeps,
  { work, cursor, held }: Once<Item>,
  signal: AbortSignal,
): Promise<{ readonly page: WorkPage<Item> | null; readonly pauses: readonly Throttled[] }> {
  const pauses: Throttled[] = [];
  let page: WorkPage<Item>;
  try {
    page = await work.page(cursor, held);
  } catch (error) {
    signal.throwIfAborted();
    pauses.push(...throttledOf({ error }));
    if (pauses.length === 0) throw error;
    return { page: null, pauses };
  }
  await forEachConcurrent(page.items, { limit: work.atOnce ?? 1, signal }, async (item) => {
    if (pauses.length === 0 || held) pauses.push(...throttledOf(await workOn(deps, { work, item, signal })));
  });
  return { page, pauses };
}
