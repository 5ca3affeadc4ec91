/** The live stream of all visible jobs. */
import { type JobFilter, type JobRow, listJobViews } from "@kluis/db";
import { type TrackedEnvelope, tracked } from "@trpc/server";
import { type SignedInContext, seen } from "../context.ts";
import { freshContexts } from "../live/fresh.ts";
import type { Change } from "../live/hub.ts";
import type { WatchJobsInput } from "./inputs.ts";

/** The clocks of two portal processes may differ by this much. */
const overlapMs = 5_000;
const maxRows = 200;

/**
 * Yields rows of jobs: first every active one, then each that changes. An event's id is the time at
 * which it was read; a client that returns with it also gets the jobs that have ended since.
 */
export async function* watchJobs(
  ctx: SignedInContext,
  input: WatchJobsInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<JobRow[]>, void, undefined> {
  const { clock, live } = ctx.api;
  const fresh = freshContexts(ctx, "inventory:read");
  let since = timeOf(input.lastEventId) ?? clock.now();
  for await (const change of live.changes(signal ?? new AbortController().signal)) {
    const readAt = clock.now();
    const rows = await readRows(await fresh(), change, since);
    since = readAt;
    if (rows.length > 0 || change.everything) yield tracked(readAt.toISOString(), rows);
  }
}

async function readRows(ctx: SignedInContext, change: Change, since: Date): Promise<JobRow[]> {
  const filter: JobFilter = change.everything
    ? { activeOrEndedSince: new Date(since.getTime() - overlapMs) }
    : { ids: [...change.jobIds] };
  const order = { sort: "createdAt", direction: "desc", page: 1, pageSize: maxRows } as const;
  return (await listJobViews(ctx.api.db.prisma, seen(ctx), { filter, order })).rows;
}

function timeOf(eventId: string | null | undefined): Date | null {
  if (!eventId) return null;
  const at = new Date(eventId);
  return Number.isNaN(at.getTime()) ? null : at;
}
