import {
  countAttention,
  countFleet,
  listAttention,
  listFleet,
  listJobViews,
  listPointViews,
  readStorage,
  readTransfers,
} from "@kluis/db";
import { openJobStates } from "@kluis/domain";
import type { z } from "zod";
import { holdsAnywhere, type SignedInContext, seen } from "../context.ts";
import { listProblems } from "../health/problems.ts";
import { fleetScope } from "../policies/facts.ts";
import { readHistory } from "../vms/history.ts";
import { existingVms, statusReason } from "../vms/status.ts";
import type { overviewView } from "./view.ts";

const dayMs = 86_400_000;
/** Of what needs attention beside the status of VMs, so many are shown. */
const mostRaised = 20;
const newest = { sort: "createdAt", direction: "desc", page: 1, pageSize: 10 } as const;

/** Returns status counts, VMs that need attention, active jobs, and the newest points and failures. */
export async function overview(ctx: SignedInContext): Promise<z.input<typeof overviewView>> {
  const { prisma } = ctx.api.db;
  const now = ctx.api.clock.now();
  const scope = await fleetScope(ctx);
  const visibility = seen(ctx);
  const weekAgo = new Date(now.getTime() - 7 * dayMs);
  const [raised, raisedCount] = await Promise.all([
    listAttention(prisma, visibility, mostRaised),
    countAttention(prisma, visibility),
  ]);
  const [counts, attention, problems, running, points, failures, transfers, storage, history] =
    await Promise.all([
      countFleet(prisma, scope),
      listFleet(prisma, scope, {
        filter: { status: ["failing", "at-risk", "unprotected"] },
        order: { ...newest, sort: "status", direction: "asc" },
      }),
      holdsAnywhere(ctx, "platform:manage") ? listProblems(ctx.api) : [],
      listJobViews(prisma, visibility, {
        filter: { state: openJobStates },
        order: { ...newest, pageSize: 50 },
      }),
      listPointViews(prisma, visibility, { filter: {}, order: { ...newest, sort: "takenAt" } }),
      listJobViews(prisma, visibility, { filter: { state: ["failed"], from: weekAgo }, order: newest }),
      readTransfers(prisma, visibility, weekAgo),
      readStorage(prisma, visibility, new Date(now.getTime() - dayMs)),
      readHistory(ctx),
    ]);
  return {
    asOf: now,
    vms: { ...counts, total: existingVms(counts) },
    attention: attention.rows.map((vm) => {
      const { reason, notice } = statusReason(vm);
      return { vm, status: vm.status, reason, reasonNotice: notice, lastError: vm.lastError };
    }),
    problems,
    raised,
    raisedCount,
    running: running.rows,
    recentPoints: points.rows,
    recentFailures: failures.rows,
    transfers,
    storage,
    history,
  };
}
