import { countFleet, listFleet, listJobViews, listPointViews, readStorage } from "@kluis/db";
import { type SignedInContext, seen } from "../context.ts";
import { fleetLook } from "../policies/facts.ts";
import { iso, statusReason } from "../shape.ts";
import type { OverviewView } from "../views/index.ts";
import { readHistory } from "../vms/history.ts";

const few = 10;
const dayMs = 86_400_000;

/** The first screen, in one round: what stands how, what needs somebody, what moves. */
export async function overview(ctx: SignedInContext): Promise<OverviewView> {
  const { prisma } = ctx.api.db;
  const now = ctx.api.clock.now();
  const look = await fleetLook(ctx);
  const visibility = seen(ctx);
  const jobs = { sort: "createdAt", direction: "desc", page: 1, pageSize: few } as const;
  const [counts, attention, running, points, failures, storage, history] = await Promise.all([
    countFleet(prisma, look),
    listFleet(prisma, look, {
      filter: { status: ["failing", "at-risk", "unprotected"] },
      order: { sort: "status", direction: "asc", page: 1, pageSize: few },
    }),
    listJobViews(prisma, visibility, {
      filter: { state: ["queued", "running"] },
      order: { ...jobs, pageSize: 50 },
    }),
    listPointViews(prisma, visibility, {
      filter: {},
      order: { sort: "takenAt", direction: "desc", page: 1, pageSize: few },
    }),
    listJobViews(prisma, visibility, {
      filter: { state: ["failed"], from: new Date(now.getTime() - 7 * dayMs) },
      order: jobs,
    }),
    readStorage(prisma, visibility, new Date(now.getTime() - dayMs)),
    readHistory(ctx),
  ]);
  return {
    asOf: iso(now),
    vms: { ...counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.deleted },
    attention: attention.rows.map((row) => ({
      vm: { id: row.id, name: row.name },
      status: row.status,
      reason: statusReason(row),
    })),
    running: running.rows,
    recentPoints: points.rows,
    recentFailures: failures.rows,
    storage,
    history,
  };
}
