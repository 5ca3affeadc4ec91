/** The words of statuses, jobs and steps as the terminal shows them; `--json` has the stored values. */
import {
  type Consistency,
  type DeltaMethod,
  type JobKind,
  type JobState,
  type JobTrigger,
  jobStepTexts,
  type PointState,
  type StepState,
  type VmStatus,
} from "@kluis/domain";
import type { JobRow } from "./api-types.ts";
import type { Tone } from "./look.ts";

interface Word {
  readonly text: string;
  readonly tone: Tone | null;
}

export const vmStatusWords = {
  failing: { text: "Failing", tone: "bad" },
  "at-risk": { text: "At risk", tone: "warn" },
  unprotected: { text: "Unprotected", tone: "warn" },
  waiting: { text: "Pending", tone: null },
  protected: { text: "Protected", tone: "good" },
  stopped: { text: "Stopped", tone: "dim" },
  deleted: { text: "Deleted", tone: "dim" },
} as const satisfies Record<VmStatus, Word>;

export const jobStateWords = {
  queued: { text: "Queued", tone: null },
  running: { text: "Running", tone: null },
  succeeded: { text: "Succeeded", tone: "good" },
  warning: { text: "Warning", tone: "warn" },
  failed: { text: "Failed", tone: "bad" },
  cancelled: { text: "Canceled", tone: "dim" },
} as const satisfies Record<JobState, Word>;

export const stepStateWords = {
  waiting: { text: "Waiting", tone: "dim" },
  running: { text: "Running", tone: null },
  done: { text: "Done", tone: "good" },
  skipped: { text: "Skipped", tone: "dim" },
  failed: { text: "Failed", tone: "bad" },
} as const satisfies Record<StepState, Word>;

export const pointStateWords = {
  available: { text: "Available", tone: "good" },
  damaged: { text: "Damaged", tone: "bad" },
  deleting: { text: "Deleting", tone: "dim" },
  deleted: { text: "Deleted", tone: "dim" },
} as const satisfies Record<PointState, Word>;

/** For a table's column. */
export const consistencyLevels = {
  application: "application",
  file: "file system",
  crash: "crash",
} as const satisfies Record<Consistency, string>;

export const consistencyWords = {
  application: "application-consistent",
  file: "file-system-consistent",
  crash: "crash-consistent",
} as const satisfies Record<Consistency, string>;

const jobKindWords = {
  backup: "Backup",
  "restore-disk": "Disk restore",
  verify: "Verification",
  "delete-point": "Point deletion",
} as const satisfies Record<JobKind, string>;

export function jobKindText(kind: JobKind): string {
  return jobKindWords[kind];
}

/** `Disk restore of web-01`. */
export function jobTitle({ kind, vm }: Pick<JobRow, "kind" | "vm">): string {
  return vm === null ? jobKindText(kind) : `${jobKindText(kind)} of ${vm.name}`;
}

/** The name of a job in the ledger, where it is stored as `restore-disk of web-01`. */
export function ledgerJobTitle(name: string): string {
  const [kind = "", ...rest] = name.split(" ");
  return [wordOf(jobKindWords, kind), ...rest].join(" ");
}

/** The name of a step. `access` and `transfer` run the other way in a restore. */
export function stepText(kind: JobKind, step: string): string {
  return wordOf(jobStepTexts[kind], step);
}

const triggerWords = {
  schedule: "scheduled",
  manual: "on request",
  protect: "first backup",
} as const satisfies Record<JobTrigger, string>;

/** Why a job started. */
export function triggerText(trigger: string): string {
  return wordOf(triggerWords, trigger);
}

const deltaWords = {
  full: "full",
  "changed-ranges": "changed ranges",
  "digest-comparison": "digest comparison",
} as const satisfies Record<DeltaMethod, string>;

/** How the changes of a disk were found. */
export function deltaText(method: string): string {
  return wordOf(deltaWords, method);
}

/** A value that a newer server added has no word yet and is shown as it is. */
function wordOf(words: Readonly<Record<string, string>>, value: string): string {
  return Object.hasOwn(words, value) ? (words[value] ?? value) : value;
}
