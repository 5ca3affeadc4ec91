/** Decides which planned backups of a protection start, and records why the others did not. Pure. */
import { limits } from "../base/limits.ts";
import { type Notice, notice } from "../notices/notices.ts";
import type { Schedule } from "./policy.ts";
import { occurrencesBetween } from "./schedule.ts";

export interface SchedulerInput {
  readonly schedule: Schedule;
  /** Occurrences up to this instant are decided. */
  readonly scheduledThrough: Date;
  readonly now: Date;
  /** A backup of the VM has not ended. */
  readonly jobOpen: boolean;
  /** Why no backup of the VM may start now; null or missing when it may. */
  readonly blocked?: Notice | null;
}

/** The decision about one planned backup. Only the newest of a batch can be `started`. */
export type OccurrenceDecision =
  | {
      readonly dueAt: Date;
      readonly state: "started";
      readonly late: boolean;
      readonly notice: Notice | null;
    }
  | { readonly dueAt: Date; readonly state: "missed" | "skipped"; readonly notice: Notice };

export interface SchedulerDecision {
  /** Ascending by time. */
  readonly occurrences: readonly OccurrenceDecision[];
  /** Occurrences up to this instant are decided now. */
  readonly through: Date;
  /** A clock was ahead: decisions after `through` are void, and the schedule continues from there. */
  readonly heals?: true;
}

/**
 * Decides the occurrences of a protection up to `now`. After an outage only the newest one starts, late; older ones are
 * recorded as missed, so that a long outage never ends in a burst. No backup starts while another one of the VM runs.
 */
export function decideSchedule(input: SchedulerInput): SchedulerDecision {
  const { scheduledThrough, now } = input;
  const aheadMs = scheduledThrough.getTime() - now.getTime();
  // One wrong time, once, must not stop the backups of a year.
  if (aheadMs > limits.clockToleranceMs) return { occurrences: [], through: now, heals: true };
  // After the clock was set back a little, nothing is decided until it has caught up.
  if (aheadMs >= 0) return { occurrences: [], through: scheduledThrough };
  const due = occurrencesBetween(input.schedule, scheduledThrough, now);
  const newest = due.at(-1);
  if (newest === undefined) return { occurrences: [], through: now };
  const missed = due.slice(0, -1).slice(-limits.missedRecordedMost);
  return {
    occurrences: [
      ...missed.map((dueAt) => ({
        dueAt,
        state: "missed" as const,
        notice: notice("occurrence-missed", {}),
      })),
      decideNewest(newest, input),
    ],
    through: now,
  };
}

function decideNewest(dueAt: Date, input: SchedulerInput): OccurrenceDecision {
  if (input.blocked) return { dueAt, state: "skipped", notice: input.blocked };
  if (input.jobOpen) return { dueAt, state: "skipped", notice: notice("occurrence-skipped", {}) };
  const late = input.now.getTime() - dueAt.getTime() > limits.lateStartMs;
  return { dueAt, state: "started", late, notice: late ? notice("occurrence-late", {}) : null };
}
