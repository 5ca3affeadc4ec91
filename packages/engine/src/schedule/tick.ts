/** The scheduler: decides each planned backup exactly once, in any number of engines. */
import {
  type DueProtection,
  isDatabaseLost,
  knownError,
  listDueSchedules,
  readScheduleProblems,
  type ScheduleProblems,
  setScheduleProblem,
  takeBackFuture,
} from "@kluis/db";
import { errorInfo, KluisError, limits, type OccurrenceDecision } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { cursorAfter, placeOf } from "../runtime/due-cursor.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";
import { decidePage } from "./decide.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Protections that one page reads. One transaction decides them; when it fails, each has its own. */
const PAGE = 100;

export interface TickResult {
  readonly started: number;
  readonly skipped: number;
  readonly missed: number;
  /** Set when due protections are left: the next run continues the tick. */
  readonly again: Again | null;
}

/**
 * Starts the backups that are due. It reads and writes only the protections that are due. One that cannot be scheduled rests for a
 * while and shows in the health of this work. Safe to run in several engines at the same time, and again after a crash at any point.
 * @param now the time of the database: a process whose clock is ahead must not decide the future
 */
export async function tick(deps: Deps, now: Date, signal?: AbortSignal): Promise<TickResult> {
  const counts = { started: 0, skipped: 0, missed: 0 };
  const back = await takeBackFuture(deps.db.prisma, { now, aheadMs: limits.clockToleranceMs });
  if (back > 0) deps.log.warn({ protections: back }, "schedule: times decided in the future were taken back");
  const again = await runWork(deps, scheduling(deps, now, counts), signal ?? new AbortController().signal);
  if (counts.started + counts.skipped + counts.missed > 0)
    deps.log.info(counts, "schedule: planned backups decided");
  return { ...counts, again };
}

type Counts = Record<OccurrenceDecision["state"], number>;

function scheduling(deps: Deps, now: Date, counts: Counts): RecurringWork<DueProtection> {
  const { prisma } = deps.db;
  return {
    name: "schedule",
    async page(cursor) {
      const items = await listDueSchedules(prisma, { now, after: placeOf(cursor), limit: PAGE });
      return { items, next: items.length < PAGE ? null : cursorAfter(items.at(-1)) };
    },
    nameOf: ({ vmName }) => `VM ${vmName}`,
    async together(items) {
      const { decided, left } = await decidePage(deps, items, { now, wait: false });
      for (const { state } of decided) counts[state]++;
      return left;
    },
    async work(due) {
      for (const { state } of await decideOrRest(deps, due, now)) counts[state]++;
    },
    async standing() {
      const problems = await readScheduleProblems(prisma);
      if (problems === null) return null;
      return { items: problems.count, first: `VM ${problems.vmName}`, error: notScheduled(problems) };
    },
  };
}

/** A protection that fails rests, so that many of them do not keep the tick busy. Its error still counts as a failed item. */
async function decideOrRest(
  deps: Deps,
  due: DueProtection,
  now: Date,
): Promise<readonly OccurrenceDecision[]> {
  try {
    due.version();
    return (await decidePage(deps, [due], { now, wait: true })).decided;
  } catch (cause) {
    if (isDatabaseLost(cause)) throw cause;
    const { vmName, policyName } = due;
    const error = notScheduled({ vmName, policyName, problem: knownError(cause) }, cause);
    const tryAt = new Date(now.getTime() + limits.scheduleRetryMs);
    await setScheduleProblem(deps.db.prisma, due.id, { at: now, tryAt, error: errorInfo(knownError(cause)) });
    throw error;
  }
}

function notScheduled(
  { vmName, policyName, problem }: Pick<ScheduleProblems, "vmName" | "policyName" | "problem">,
  cause?: unknown,
): KluisError {
  return new KluisError("INTERNAL", {
    message: `Backups of VM ${vmName} cannot be scheduled by policy ${policyName}: ${problem.message}`,
    action: "Save the policy again in the portal.",
    params: { vm: vmName, policy: policyName },
    cause,
  });
}
