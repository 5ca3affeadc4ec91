import { limits } from "../base/limits.ts";
import type { Schedule } from "./policy.ts";
import { nextOccurrences } from "./schedule.ts";

/**
 * Returns when a scheduled backup (snapshot and transfer) must be complete: before the next one is due, and within 24 hours
 * of its planned time. A late start does not move the deadline.
 */
export function deadlineFor(schedule: Schedule, dueAt: Date): Date {
  const [next] = nextOccurrences(schedule, dueAt, 1);
  const latest = dueAt.getTime() + limits.backupDeadlineMs;
  return new Date(Math.min(latest, next?.getTime() ?? latest));
}

/** Returns the deadline of a backup that a user started: 24 hours later. */
export function manualDeadline(startedAt: Date): Date {
  return new Date(startedAt.getTime() + limits.backupDeadlineMs);
}

/** Tells whether a backup met its deadline; null when it had none. */
export function deadlineMet(deadlineAt: Date | null, completedAt: Date): boolean | null {
  return deadlineAt === null ? null : completedAt <= deadlineAt;
}
