/** The words of statuses, jobs and steps as the terminal shows them; `--json` has the stored values. */
import {
  type Consistency,
  consistencyTexts,
  type DeadlineStanding,
  deadlineStandingOf,
  deltaMethodTexts,
  type JobKind,
  type JobState,
  jobKindTexts,
  jobStateTexts,
  jobStepTexts,
  jobTriggerTexts,
  type PointState,
  pointStateTexts,
  type StepState,
  type SuitabilitySeverity,
  type SuitabilitySign,
  stepStateTexts,
  suitabilitySeverityTexts,
  suitabilitySignTexts,
  type TransferWait,
  transferReasonTexts,
  transferWaitOf,
  transferWaitTexts,
  type VmStatus,
  vmStatusTexts,
} from "@kluis/domain";
import type { JobRow } from "./api-types.ts";
import type { Tone } from "./look.ts";

export interface Word {
  readonly text: string;
  readonly tone: Tone | null;
}

export const vmStatusWords = {
  failing: { text: vmStatusTexts.failing, tone: "bad" },
  "at-risk": { text: vmStatusTexts["at-risk"], tone: "warn" },
  unprotected: { text: vmStatusTexts.unprotected, tone: "warn" },
  waiting: { text: vmStatusTexts.waiting, tone: null },
  protected: { text: vmStatusTexts.protected, tone: "good" },
  stopped: { text: vmStatusTexts.stopped, tone: "dim" },
  deleted: { text: vmStatusTexts.deleted, tone: "dim" },
} as const satisfies Record<VmStatus, Word>;

export const suitabilityWords = {
  refuses: { text: suitabilitySeverityTexts.refuses, tone: "bad" },
  warns: { text: suitabilitySeverityTexts.warns, tone: "warn" },
  notes: { text: suitabilitySeverityTexts.notes, tone: "dim" },
} as const satisfies Record<SuitabilitySeverity, Word>;

export const suitabilitySignWords = {
  refuses: { text: suitabilitySignTexts.refuses, tone: "bad" },
  partial: { text: suitabilitySignTexts.partial, tone: "bad" },
  warns: { text: suitabilitySignTexts.warns, tone: "warn" },
} as const satisfies Record<SuitabilitySign, Word>;

export const jobStateWords = {
  queued: { text: jobStateTexts.queued, tone: null },
  running: { text: jobStateTexts.running, tone: null },
  succeeded: { text: jobStateTexts.succeeded, tone: "good" },
  warning: { text: jobStateTexts.warning, tone: "warn" },
  failed: { text: jobStateTexts.failed, tone: "bad" },
  cancelled: { text: jobStateTexts.cancelled, tone: "dim" },
} as const satisfies Record<JobState, Word>;

/** Of steps and of the disks of a job. */
export const stepStateWords = {
  waiting: { text: stepStateTexts.waiting, tone: "dim" },
  running: { text: stepStateTexts.running, tone: null },
  done: { text: stepStateTexts.done, tone: "good" },
  skipped: { text: stepStateTexts.skipped, tone: "dim" },
  failed: { text: stepStateTexts.failed, tone: "bad" },
} as const satisfies Record<StepState, Word>;

export const pointStateWords = {
  available: { text: pointStateTexts.available, tone: "good" },
  damaged: { text: pointStateTexts.damaged, tone: "bad" },
  "soft-deleted": { text: pointStateTexts["soft-deleted"], tone: "warn" },
  deleting: { text: pointStateTexts.deleting, tone: "dim" },
  deleted: { text: pointStateTexts.deleted, tone: "dim" },
} as const satisfies Record<PointState, Word>;

/** Within a sentence: `application-consistent`. */
export function consistencyText(consistency: Consistency): string {
  return consistencyTexts[consistency].toLowerCase();
}

export function jobKindText(kind: JobKind): string {
  return jobKindTexts[kind];
}

/** `Disk restore of web-01`. */
export function jobTitle({ kind, vm }: Pick<JobRow, "kind" | "vm">): string {
  return vm === null ? jobKindText(kind) : `${jobKindText(kind)} of ${vm.name}`;
}

/** The name of a job in the ledger, where it is stored as `restore-disk of web-01`. */
export function ledgerJobTitle(name: string): string {
  const [kind = "", ...rest] = name.split(" ");
  return [wordOf(jobKindTexts, kind), ...rest].join(" ");
}

const transferWaitWords = {
  turn: { text: transferWaitTexts.turn, tone: "dim" },
  outage: { text: transferWaitTexts.outage, tone: "warn" },
} as const satisfies Record<TransferWait, Word>;

/** The state of a job, or what its transfer waits for. */
export function jobWord(job: Pick<JobRow, "state" | "stage" | "parkedSince" | "waitsFor">): Word {
  const wait = transferWaitOf(job);
  return wait === null ? jobStateWords[job.state] : transferWaitWords[wait];
}

/** What a running job does now. */
export function jobDoing(job: Pick<JobRow, "kind" | "state" | "stage" | "parkedSince" | "waitsFor">): string {
  const wait = transferWaitOf(job);
  if (wait === null) return stepText(job.kind, job.stage);
  return wait === "turn" && job.waitsFor !== null
    ? transferReasonTexts[job.waitsFor]
    : transferWaitTexts[wait];
}

const deadlineWords = {
  "at-risk": { text: "at risk", tone: "warn" },
  met: { text: "met", tone: null },
  missed: { text: "missed", tone: "bad" },
} as const satisfies Record<DeadlineStanding, Word>;

/** Whether a job meets its deadline, within a column or a sentence. */
export function deadlineWord(job: Parameters<typeof deadlineStandingOf>[0]): Word {
  const standing = deadlineStandingOf(job);
  return standing === null ? { text: "–", tone: null } : deadlineWords[standing];
}

/** The name of a step. `access` and `transfer` run the other way in a restore. */
export function stepText(kind: JobKind, step: string): string {
  return wordOf(jobStepTexts[kind], step);
}

/** Who did it: `Omar`, or `Omar (agent)` for a program that works for them. */
export function actorText({ name, via }: { readonly name: string; readonly via?: string | null }): string {
  return via === "agent" ? `${name} (agent)` : name;
}

/** What started a job, within a sentence: `first backup`. */
export function triggerText(trigger: string): string {
  return wordOf(jobTriggerTexts, trigger).toLowerCase();
}

/** How the changes of a disk were found. */
export function deltaText(method: string): string {
  return wordOf(deltaMethodTexts, method);
}

/** A value that a newer server added has no word yet and is shown as it is. */
function wordOf(words: Readonly<Record<string, string>>, value: string): string {
  return Object.hasOwn(words, value) ? (words[value] ?? value) : value;
}
