/** English words of closed sets: the command line shows them, and the portal's English catalog takes them from here. */

import type { DeltaMethod, PointState } from "../points/point.ts";
import type { Consistency } from "../policies/consistency.ts";
import type { TransferWait } from "../transfers/transfer-stage.ts";
import type { VmStatus } from "../vms/vm-status.ts";
import type { JobDiskState, JobKind, JobState, JobTrigger, StepState } from "./job-states.ts";

export const vmStatusTexts = {
  failing: "Failing",
  "at-risk": "At risk",
  unprotected: "Unprotected",
  waiting: "Backup pending",
  protected: "Protected",
  stopped: "Protection stopped",
  deleted: "Deleted in Azure",
} as const satisfies Record<VmStatus, string>;

export const jobKindTexts = {
  backup: "Backup",
  "restore-disk": "Disk restore",
  verify: "Verification",
  "delete-point": "Recovery point deletion",
  "copy-point": "Second copy",
} as const satisfies Record<JobKind, string>;

export const jobStateTexts = {
  queued: "Queued",
  running: "Running",
  succeeded: "Succeeded",
  warning: "Succeeded with warnings",
  failed: "Failed",
  cancelled: "Canceled",
} as const satisfies Record<JobState, string>;

/** What a transfer that does not move waits for. */
export const transferWaitTexts = {
  turn: "Waiting for transfer",
  outage: "Parked by an outage",
} as const satisfies Record<TransferWait, string>;

export const jobTriggerTexts = {
  schedule: "Schedule",
  manual: "Manual",
  protect: "First backup",
} as const satisfies Record<JobTrigger, string>;

export const stepStateTexts = {
  waiting: "Waiting",
  running: "Running",
  done: "Done",
  skipped: "Skipped",
  failed: "Failed",
} as const satisfies Record<StepState, string>;

export const jobDiskStateTexts = {
  waiting: stepStateTexts.waiting,
  running: stepStateTexts.running,
  done: stepStateTexts.done,
  failed: stepStateTexts.failed,
} as const satisfies Record<JobDiskState, string>;

/** How the changes of a disk were found. */
export const deltaMethodTexts = {
  full: "All allocated blocks",
  "changed-ranges": "Changed ranges from Azure",
  "digest-comparison": "Digest comparison",
} as const satisfies Record<DeltaMethod, string>;

export const pointStateTexts = {
  available: "Available",
  damaged: "Damaged",
  "soft-deleted": "Deleted, can be undone",
  deleting: "Deleting",
  deleted: "Deleted",
} as const satisfies Record<PointState, string>;

export const consistencyTexts = {
  application: "Application-consistent",
  file: "File-consistent",
  crash: "Crash-consistent",
} as const satisfies Record<Consistency, string>;
