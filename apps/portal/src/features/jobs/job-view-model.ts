import type { JobKind, JobState } from "@kluis/domain";
import { jobMessages } from "#features/jobs/messages.ts";
import type { JobDiskView, JobRow } from "#lib/api-types.ts";
import type { Tone } from "#ui/status.tsx";

/** Whether a job still moves. */
export function isActive(state: JobState): boolean {
  return state === "queued" || state === "running";
}

/** How long it ran, or runs, in milliseconds; null before it started. */
export function jobDuration(job: Pick<JobRow, "startedAt" | "endedAt">, now: Date): number | null {
  if (job.startedAt === null) return null;
  const end = job.endedAt === null ? now : new Date(job.endedAt);
  return Math.max(0, end.getTime() - new Date(job.startedAt).getTime());
}

/** The colour of a bar by how the thing stands. */
export function barTone(state: JobState | JobDiskView["state"]): Tone {
  if (state === "failed") return "bad";
  if (state === "warning") return "warn";
  if (state === "succeeded" || state === "done") return "ok";
  if (state === "cancelled" || state === "waiting" || state === "queued") return "idle";
  return "run";
}

export interface BarView {
  readonly done: number;
  readonly total: number;
}

/**
 * A disk's bar. What is planned is what must be read; a disk that is done is full even when nothing had to be read.
 * Before the plan the total is 0, which means "not known yet".
 */
export function diskBar(disk: Pick<JobDiskView, "state" | "plannedBytes" | "readBytes">): BarView {
  if (disk.state === "done") return { done: 1, total: 1 };
  return { done: Math.min(disk.readBytes, disk.plannedBytes), total: disk.plannedBytes };
}

/** The whole job's bar, by the same rule. */
export function jobBar(job: Pick<JobRow, "state" | "progress">): BarView {
  if (job.state === "succeeded" || job.state === "warning") return { done: 1, total: 1 };
  return { done: job.progress.doneBytes, total: job.progress.plannedBytes };
}

/** Milliseconds of history that an estimate needs before it is worth showing. */
export const etaNeedsMs = 10_000;

/**
 * How long the transfer still takes, from its rate so far; null while that would be a guess: no plan, no history of
 * ten seconds, nothing done yet, or already done.
 */
export function etaMs(disks: readonly JobDiskView[], now: Date): number | null {
  const starts = disks.flatMap((disk) =>
    disk.startedAt === null ? [] : [new Date(disk.startedAt).getTime()],
  );
  if (starts.length === 0) return null;
  const elapsed = now.getTime() - Math.min(...starts);
  const planned = disks.reduce((sum, disk) => sum + disk.plannedBytes, 0);
  const done = disks.reduce((sum, disk) => sum + Math.min(disk.readBytes, disk.plannedBytes), 0);
  if (elapsed < etaNeedsMs || done <= 0 || done >= planned) return null;
  return ((planned - done) / done) * elapsed;
}

/** A step's name in the words of its kind of job. */
export function stepName(kind: JobKind, step: string): string {
  const own = kind === "restore-disk" ? jobMessages.restoreSteps[step] : undefined;
  return own ?? jobMessages.steps[step] ?? step;
}
