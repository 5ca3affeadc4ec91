/** Removes history that has expired: segments of ended jobs, then old jobs, bulk actions and decisions of the scheduler. */
import {
  databaseNow,
  type HistoryPlace,
  inTransaction,
  listEndedBulk,
  listEndedJobs,
  listJobsWithSegments,
  listOldOccurrences,
  preferIndexes,
  removeBulk,
  removeEndedJobs,
  removeOccurrences,
  removeSegments,
} from "@kluis/db";
import { limits } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { cursorAfter, placeOf } from "../runtime/due-cursor.ts";
import { type RecurringWork, runWork, type WorkPage } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

/** Rows that one page reads and one transaction removes; when it fails, each job has its own. */
const PAGE = 500;

const phases = ["segments", "jobs", "bulk", "occurrences"] as const;
type Phase = (typeof phases)[number];

interface Item {
  readonly phase: Phase;
  /** One job, or the decisions of a page. */
  readonly ids: readonly string[];
  readonly name: string;
}

type Deps = Pick<EngineDeps, "db" | "clock" | "log" | "historyDays">;

/** Continues the removal, or begins it. Jobs and decisions stay for `historyDays`, segments of ended jobs for a day. */
export async function expireHistory(deps: Deps, signal: AbortSignal): Promise<Again | null> {
  const now = (await databaseNow(deps.db.prisma)).getTime();
  const rows = new Date(now - deps.historyDays * 24 * 3_600_000);
  return runWork(deps, expiry(deps, { segments: new Date(now - limits.segmentsKeptMs), rows }), signal);
}

function expiry(deps: Deps, before: { readonly segments: Date; readonly rows: Date }): RecurringWork<Item> {
  const { prisma } = deps.db;
  return {
    name: "history",
    async page(cursor) {
      const { phase, after } = parseCursor(cursor);
      const page = { before: phase === "segments" ? before.segments : before.rows, after, limit: PAGE };
      if (phase === "occurrences") {
        const found = await listOldOccurrences(prisma, page);
        const ids = found.map(({ id }) => id);
        const items = ids.length === 0 ? [] : [{ phase, ids, name: "decisions about planned backups" }];
        return { items, next: nextCursor(phase, found) };
      }
      if (phase === "bulk") {
        const found = await listEndedBulk(prisma, page);
        const items = found.map(({ id }) => ({ phase, ids: [id], name: `bulk action ${id}` }));
        return { items, next: nextCursor(phase, found) };
      }
      const jobs = await (phase === "segments" ? listJobsWithSegments : listEndedJobs)(prisma, page);
      const items = jobs.map(({ id, kind }) => ({ phase, ids: [id], name: `${kind} job ${id}` }));
      return { items, next: nextCursor(phase, jobs) };
    },
    nameOf: ({ name }) => name,
    async together(items) {
      for (const phase of phases) {
        const ids = items.flatMap((item) => (item.phase === phase ? item.ids : []));
        if (ids.length > 0) await remove(deps, phase, ids);
      }
      return [];
    },
    work: ({ phase, ids }) => remove(deps, phase, ids),
  };
}

function remove(deps: Deps, phase: Phase, ids: readonly string[]): Promise<void> {
  return inTransaction(deps.db, async (tx) => {
    await preferIndexes(tx);
    if (phase === "occurrences") await removeOccurrences(tx, ids);
    else if (phase === "bulk") await removeBulk(tx, ids);
    else if (phase === "segments") await removeSegments(tx, ids);
    else await removeEndedJobs(tx, ids);
  });
}

/** A cursor is a phase and a place in it: `jobs 2026-01-01T00:00:00.000Z ID`. */
function parseCursor(cursor: string | null): { phase: Phase; after: HistoryPlace | null } {
  const [name = "", ...rest] = cursor?.split(" ") ?? [];
  const phase = phases.find((one) => one === name) ?? "segments";
  const place = placeOf(rest.join(" "));
  return { phase, after: place === null ? null : { at: place.dueAt, id: place.id } };
}

function nextCursor(phase: Phase, found: readonly HistoryPlace[]): WorkPage<Item>["next"] {
  const last = found.length < PAGE ? undefined : found.at(-1);
  if (last !== undefined) return `${phase} ${cursorAfter({ dueAt: last.at, id: last.id })}`;
  return phases[phases.indexOf(phase) + 1] ?? null;
}
