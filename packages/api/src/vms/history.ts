import { firstProtectedAt, type HistoryDay, type HistoryRow, listHistory } from "@kluis/db";
import type { HistoryStatus } from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";
import { historyDays } from "../limits.ts";

const dayMs = 86_400_000;

/** Returns the last 30 days (UTC), oldest first, of all visible VMs or of one. */
export async function readHistory(ctx: SignedInContext, vmId?: string): Promise<HistoryDay[]> {
  const { prisma } = ctx.api.db;
  const now = ctx.api.clock.now();
  const from = new Date(Math.floor(now.getTime() / dayMs) * dayMs - (historyDays - 1) * dayMs);
  const rows = await listHistory(prisma, seen(ctx), vmId === undefined ? { from } : { from, vmId });
  const since = await firstProtectedAt(prisma, seen(ctx), vmId);
  return historyStrip(rows, { from, since });
}

/** Returns one entry per day, also for days without a row. */
export function historyStrip(
  rows: readonly HistoryRow[],
  facts: { readonly from: Date; readonly since: Date | null },
): HistoryDay[] {
  const byDay = new Map(rows.map((row) => [row.day, row]));
  const firstDay = facts.since === null ? null : dayOf(facts.since);
  return Array.from({ length: historyDays }, (_, index) => {
    const day = dayOf(new Date(facts.from.getTime() + index * dayMs));
    const row = byDay.get(day) ?? { day, succeeded: 0, warnings: 0, failed: 0, missed: 0 };
    return { ...row, status: statusOf(row, firstDay === null || day < firstDay) };
  });
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** Returns the worst that happened on the day. */
function statusOf(row: HistoryRow, isBeforeStart: boolean): HistoryStatus {
  if (row.failed > 0) return "failed";
  if (row.missed > 0) return "overdue";
  if (row.warnings > 0) return "warning";
  if (row.succeeded > 0) return "ok";
  return isBeforeStart ? "before-start" : "idle";
}
