import {
  type JobKind,
  type JobStage,
  type JobState,
  type JobStep,
  jobStepNames,
  jobSteps,
  type TransferWait,
  transferWaitOf,
} from "@kluis/domain";
import type { Texts } from "#i18n/texts.ts";
import type { JobDiskView, JobRow, JobStepView } from "#lib/api-types.ts";
import type { StatusIcon, Tone } from "#ui/status.tsx";
import type { TimelineState } from "#ui/timeline.tsx";

/** What lists and pages show of a job, without markup. */

/** Milliseconds from the start to the end, or to now; null before the start. */
export function elapsedMs(
  one: { readonly startedAt: string | null; readonly endedAt: string | null },
  now: Date,
): number | null {
  if (one.startedAt === null) return null;
  const end = one.endedAt === null ? now : new Date(one.endedAt);
  return Math.max(0, end.getTime() - new Date(one.startedAt).getTime());
}

/** The color of a bar. */
export function barTone(state: JobState | JobDiskView["state"]): Tone {
  if (state === "failed") return "bad";
  if (state === "warning") return "warn";
  if (state === "succeeded" || state === "done") return "ok";
  if (state === "cancelled" || state === "waiting" || state === "queued") return "idle";
  return "run";
}

/** The color of a job's bar. A transfer that waits does not look as if it moves. */
export function jobBarTone(job: Parameters<typeof transferWaitOf>[0]): Tone {
  const wait = transferWaitOf(job);
  return wait === null ? barTone(job.state) : waitTones[wait];
}

const waitTones: Readonly<Record<TransferWait, Tone>> = { turn: "idle", outage: "warn" };

export interface BarView {
  readonly done: number;
  readonly total: number;
}

/**
 * The bar of a disk: bytes read of bytes to read. A disk that is done is full, even when it had nothing to read.
 * The total is 0 before the plan.
 */
export function diskBar(disk: Pick<JobDiskView, "state" | "plannedBytes" | "readBytes">): BarView {
  if (disk.state === "done") return { done: 1, total: 1 };
  return { done: Math.min(disk.readBytes, disk.plannedBytes), total: disk.plannedBytes };
}

/** The bar of a whole job, by the rule of `diskBar`. */
export function jobBar(job: Pick<JobRow, "state" | "progress">): BarView {
  if (job.state === "succeeded" || job.state === "warning") return { done: 1, total: 1 };
  return { done: job.progress.doneBytes, total: job.progress.plannedBytes };
}

/** Milliseconds of history below which an estimate would be a guess. */
export const etaNeedsMs = 10_000;

/** Milliseconds until the transfer ends at its average rate; null when that is unknown or nothing is left. */
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

/** The name of a step. Steps of a restore have their own: they write to a disk. */
export function stepName(kind: JobKind, step: JobStep, t: Texts<"jobs">): string {
  if (kind === "copy-point" && isCopyStep(step)) return t(`copySteps.${step}`);
  return kind === "restore-disk" && isRestoreStep(step) ? t(`restoreSteps.${step}`) : t(`steps.${step}`);
}

function isCopyStep(step: JobStep): step is JobStep<"copy-point"> {
  return jobSteps["copy-point"].some((name) => name === step);
}

function isRestoreStep(step: JobStep): step is JobStep<"restore-disk"> {
  return jobSteps["restore-disk"].some((name) => name === step);
}

/** The step that a job's stage names; null for other stages, such as "cleaning-up". */
export function stepOfStage(stage: JobStage): JobStep | null {
  return jobStepNames.find((name) => name === stage) ?? null;
}

/** "Backup of web-01"; only the kind when the job has no VM. */
export function jobTitle(job: Pick<JobRow, "kind" | "vm">, t: Texts<"jobs">): string {
  return job.vm === null ? t(`kinds.${job.kind}`) : t(`titles.${job.kind}`, { vm: job.vm.name });
}

/** What started a job or a recovery point, with the user's name if a user did. */
export function startedBy(one: Pick<JobRow, "trigger" | "actor">, t: Texts<"jobs">): string {
  const trigger = t(`triggers.${one.trigger}`);
  return one.actor.kind === "person" ? t("startedBy", { trigger, name: one.actor.name }) : trigger;
}

export interface StepLook {
  readonly state: TimelineState;
  readonly word: string;
}

/** How a step looks. The running step of a transfer that is parked or waits for its turn does not run. A canceled job did not fail: neither the step it stopped in nor those that it never started. */
export function stepLook(
  job: Parameters<typeof transferWaitOf>[0],
  step: Pick<JobStepView, "state" | "startedAt">,
  t: Texts<"jobs">,
): StepLook {
  const jobState = job.state;
  const wait = step.state === "running" ? transferWaitOf(job) : null;
  if (wait !== null) return { state: wait === "outage" ? "warning" : "waiting", word: t(`waits.${wait}`) };
  const isOver = jobState === "failed" || jobState === "cancelled";
  if (isOver && step.state === "skipped" && step.startedAt === null)
    return { state: "skipped", word: t("notReached") };
  if (jobState === "cancelled" && (step.state === "failed" || step.state === "skipped"))
    return { state: "skipped", word: t("stepCanceled") };
  return { state: step.state, word: t(`stepStates.${step.state}`) };
}

export interface DiskLook {
  readonly tone: Tone;
  readonly icon: StatusIcon;
  readonly word: string;
}

const diskIcons: Record<JobDiskView["state"], StatusIcon> = {
  waiting: "waiting",
  running: "running",
  done: "check",
  failed: "cross",
};

/** How a disk looks; a disk of a canceled job did not fail. */
export function diskLook(jobState: JobState, state: JobDiskView["state"], t: Texts<"jobs">): DiskLook {
  if (jobState === "cancelled" && state !== "done")
    return { tone: "idle", icon: "stopped", word: t("canceled") };
  return { tone: barTone(state), icon: diskIcons[state], word: t(`diskStates.${state}`) };
}
