import { limits } from "./limits.ts";
import type { Schedule } from "./policy.ts";
import { occurrencesBetween } from "./schedule.ts";

export interface SchedulerInput {
  readonly schedule: Schedule;
  /** Times up to this one are already decided. */
  readonly scheduledThrough: Date;
  readonly now: Date;
  /** A backup of the VM is still running. */
  readonly jobOpen: boolean;
}

/** The decision about one planned backup. Only the newest of a batch can be started. */
export type OccurrenceDecision =
  | {
      readonly dueAt: Date;
      readonly state: "started";
      readonly late: boolean;
      readonly reason: string | null;
    }
  | { readonly dueAt: Date; readonly state: "missed" | "skipped"; readonly reason: string };

export interface SchedulerDecision {
  /** Ascending by time. */
  readonly occurrences: readonly OccurrenceDecision[];
  /** Times up to this one are decided now. */
  readonly through: Date;
}

/**
 * Decides the planned backups of a protection up to `now`. After a pause, starts only the newest missed occurrence, late, and
 * records the older ones as missed, so that a long outage never ends in a burst. Never starts a second backup of one VM.
 */
export function decideSchedule(input: SchedulerInput): SchedulerDecision {
  const { scheduledThrough, now } = input;
  // A clock that was set back decides nothing until it catches up.
  if (now <= scheduledThrough) return { occurrences: [], through: scheduledThrough };
  const due = occurrencesBetween(input.schedule, scheduledThrough, now);
  const newest = due.at(-1);
  if (newest === undefined) return { occurrences: [], through: now };
  const missed = due.slice(0, -1).slice(-limits.missedRecordedMost);
  return {
    occurrences: [
      ...missed.map((dueAt) => ({
        dueAt,
        state: "missed" as const,
        reason: "Nothing was started at its time; a later backup takes its place.",
      })),
      decideNewest(newest, input),
    ],
    through: now,
  };
}

function decideNewest(dueAt: Date, input: SchedulerInput): OccurrenceDecision {
  if (input.jobOpen) {
    return { dueAt, state: "skipped", reason: "The previous backup of this virtual machine had not ended." };
  }
  const late = input.now.getTime() - dueAt.getTime() > limits.lateStartMs;
  const reason = late ? "Started late: no engine was running at its time." : null;
  return { dueAt, state: "started", late, reason };
}
