import type { JobKind, JobState, StepState } from "@kluis/domain";
import type { ActorView, ErrorView, Instant, Ref } from "../views/common.ts";

export interface JobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly stage: string;
  readonly vm: Ref | null;
  readonly pointId: string | null;
  readonly policy: (Ref & { readonly version: number }) | null;
  readonly trigger: string;
  readonly actor: ActorView;
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly dueAt: Instant | null;
  readonly deadlineAt: Instant | null;
  readonly cancelAskedAt: Instant | null;
  readonly attempt: number;
  readonly warnings: number;
  readonly error: ErrorView | null;
  readonly progress: JobProgress;
}

/** Sums over the job's disks, in bytes. `doneBytes` of `plannedBytes` is the bar; both 0 while nothing is planned. */
export interface JobProgress {
  readonly plannedBytes: number;
  readonly doneBytes: number;
  readonly readBytes: number;
  readonly changedBytes: number;
  readonly movedBytes: number;
  readonly storedBytes: number;
  readonly logicalBytes: number;
}

export interface JobStepView {
  readonly name: string;
  readonly ordinal: number;
  readonly state: StepState;
  readonly attempt: number;
  readonly message: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
}

export interface JobDiskView {
  readonly key: string;
  readonly name: string;
  readonly sku: string;
  readonly state: "waiting" | "running" | "done" | "failed";
  readonly diskBytes: number;
  /** full | changed-ranges | digest-comparison; null before the plan. */
  readonly deltaMethod: string | null;
  /** Why the delta had to be found another way than planned. */
  readonly deltaReason: string | null;
  readonly plannedBytes: number;
  readonly readBytes: number;
  readonly changedBytes: number;
  readonly movedBytes: number;
  readonly storedBytes: number;
  readonly chunksNew: number;
  readonly chunksReused: number;
  readonly segments: { readonly done: number; readonly total: number };
  /** Bytes read per second since the disk started, while it runs or over its whole run; null before it started. */
  readonly bytesPerSecond: number | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
}

export interface JobView extends JobRow {
  readonly steps: readonly JobStepView[];
  readonly disks: readonly JobDiskView[];
  readonly warningList: readonly ErrorView[];
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The recovery point that this job made, or null. */
  readonly resultPointId: string | null;
  readonly can: { readonly cancel: boolean };
}
