import { limits } from "./limits.ts";
import type { Schedule } from "./policy.ts";
import { nextOccurrences } from "./schedule.ts";

/**
 * When a scheduled backup must be complete, snapshot and transfer: before the next one is due, and within 24 hours of its own
 * planned time (not of its actual start: a late start leaves less).
 */
export function deadlineFor(schedule: Schedule, dueAt: Date): Date {
  const [next] = nextOccurrences(schedule, dueAt, 1);
  const latest = dueAt.getTime() + limits.backupDeadlineMs;
  return new Date(Math.min(latest, next?.getTime() ?? latest));
}

/** The deadline of a backup that a person started: 24 hours. */
export function manualDeadline(startedAt: Date): Date {
  return new Date(startedAt.getTime() + limits.backupDeadlineMs);
}

/** Null when there was no deadline. */
export function deadlineMet(deadlineAt: Date | null, completedAt: Date): boolean | null {
  return deadlineAt === null ? null : completedAt <= deadlineAt;
}
