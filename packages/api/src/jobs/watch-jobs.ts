import { type JobFilter, listJobViews } from "@kluis/db";
import { type TrackedEnvelope, tracked } from "@trpc/server";
import { type SignedInContext, seen } from "../context.ts";
import { freshContexts } from "../live/fresh.ts";
import type { Look } from "../live/hub.ts";
import { jobRow } from "../shape.ts";
import type { JobRow } from "../views/index.ts";

/** Clocks of several portal processes may differ a little. */
const overlapMs = 5_000;
const mostRows = 200;

/**
 * Rows of jobs that moved: first every active one, then what changes. An event's id is the time at which it was read; who
 * comes back with it also gets what has ended since.
 */
export async function* watchJobs(
  ctx: SignedInContext,
  input: { readonly lastEventId?: string | null | undefined },
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<readonly JobRow[]>, void, undefined> {
  const { clock, live } = ctx.api;
  const fresh = freshContexts(ctx, "inventory:read");
  let since = timeOf(input.lastEventId) ?? clock.now();
  for await (const look of live.looks(signal ?? new AbortController().signal)) {
    const readAt = clock.now();
    const rows = await readRows(await fresh(), look, since);
    since = readAt;
    if (rows.length > 0 || look.everything) yield tracked(readAt.toISOString(), rows);
  }
}

async function readRows(ctx: SignedInContext, look: Look, since: Date): Promise<JobRow[]> {
  const filter: JobFilter = look.everything
    ? { activeOrEndedSince: new Date(since.getTime() - overlapMs) }
    : { ids: [...look.jobIds] };
  const { rows } = await listJobViews(ctx.api.db.prisma, seen(ctx), {
    filter,
    order: { sort: "createdAt", direction: "desc", page: 1, pageSize: mostRows },
  });
  return rows.map(jobRow);
}

function timeOf(eventId: string | null | undefined): Date | null {
  if (!eventId) return null;
  const at = new Date(eventId);
  return Number.isNaN(at.getTime()) ? null : at;
}
