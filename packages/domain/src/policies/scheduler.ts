/** Decides which planned backups of a protection start, and records why the others did not. Pure. */
import { limits } from "../base/limits.ts";
import { type Notice, notice } from "../notices/notices.ts";
import { isTimeZone, type Schedule } from "./policy.ts";
import type { RuleHistory } from "./removal-cause.ts";
import { occurrencesBetween } from "./schedule.ts";

/** A schedule that held until another one took its place. */
export interface EarlierSchedule {
  /** Null planned nothing: it cannot be scheduled, and its repair must not fail because of it. */
  readonly schedule: Schedule | null;
  readonly until: Date;
}

export interface SchedulerInput {
  readonly schedule: Schedule;
  /** The schedules before it that held after `scheduledThrough`, the oldest first: each plans the times while it held. */
  readonly earlier?: readonly EarlierSchedule[];
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
  const due = dueTimes(input);
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

function dueTimes({ schedule, earlier = [], scheduledThrough, now }: SchedulerInput): Date[] {
  const due: Date[] = [];
  let after = scheduledThrough;
  for (const held of earlier) {
    const until = held.until < now ? held.until : now;
    if (until <= after) continue;
    if (held.schedule !== null) due.push(...occurrencesBetween(held.schedule, after, until));
    after = until;
  }
  return [...due, ...occurrencesBetween(schedule, after, now)];
}

/**
 * The schedules that held after an instant and no longer do. A change of rules while nothing was decided, as during an outage, must
 * neither lose what was planned before it nor plan what has passed.
 */
export function earlierSchedules({ before, changes }: RuleHistory, after: Date): EarlierSchedule[] {
  return changes.flatMap(({ at }, index) => {
    const schedule = (index === 0 ? before : changes[index - 1]?.document)?.schedule;
    // Without rules before: past times were decided when the VM came under its policy.
    if (schedule === undefined || at <= after) return [];
    return [{ schedule: isTimeZone(schedule.timeZone) ? schedule : null, until: at }];
  });
}

function decideNewest(dueAt: Date, input: SchedulerInput): OccurrenceDecision {
  if (input.blocked) return { dueAt, state: "skipped", notice: input.blocked };
  if (input.jobOpen) return { dueAt, state: "skipped", notice: notice("occurrence-skipped", {}) };
  const late = input.now.getTime() - dueAt.getTime() > limits.lateStartMs;
  return { dueAt, state: "started", late, notice: late ? notice("occurrence-late", {}) : null };
}
