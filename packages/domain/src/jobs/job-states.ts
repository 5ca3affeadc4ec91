/** Kinds, states, steps and orders of jobs. Without schemas, so that pages get the words without a parser. */

export const jobKinds = ["backup", "restore-disk", "verify", "delete-point", "copy-point"] as const;
export type JobKind = (typeof jobKinds)[number];
export const jobStates = ["queued", "running", "succeeded", "warning", "failed", "cancelled"] as const;
export type JobState = (typeof jobStates)[number];

/** Whether a job in this state has not ended yet. */
const isOpen = {
  queued: true,
  running: true,
  succeeded: false,
  warning: false,
  failed: false,
  cancelled: false,
} as const satisfies Record<JobState, boolean>;

/** The states of a job that has not ended. */
export type OpenJobState = { [S in JobState]: (typeof isOpen)[S] extends true ? S : never }[JobState];
export type EndedJobState = Exclude<JobState, OpenJobState>;

export function isOpenJobState(state: JobState): state is OpenJobState {
  return isOpen[state];
}

export const openJobStates: readonly OpenJobState[] = jobStates.filter(isOpenJobState);

export const stepStates = ["waiting", "running", "done", "skipped", "failed"] as const;
export type StepState = (typeof stepStates)[number];

/** The timeline of each kind of job, in order. */
export const jobSteps = {
  backup: ["prepare", "extension", "snapshot", "access", "plan", "transfer", "seal", "recovery-point"],
  "restore-disk": ["prepare", "create-disk", "access", "transfer", "finish"],
  verify: ["verify"],
  "delete-point": ["delete"],
  "copy-point": ["prepare", "transfer", "seal", "recovery-point"],
} as const satisfies Record<JobKind, readonly string[]>;

/** The first steps of a backup, which run at the planned time. The others are its transfer, with its own task. */
export const captureSteps = [
  "prepare",
  "extension",
  "snapshot",
] as const satisfies readonly JobStep<"backup">[];

/** Steps that jobs of earlier versions have. A job that waits in one skips it. */
const pastSteps = {
  backup: ["remove-snapshot"],
  "restore-disk": [],
  verify: [],
  "delete-point": [],
  "copy-point": [],
} as const satisfies Record<JobKind, readonly string[]>;

/** The steps of one kind of job, or of any. */
export type JobStep<K extends JobKind = JobKind> =
  | (typeof jobSteps)[K][number]
  | (typeof pastSteps)[K][number];

/** The English names of the steps, by kind: `access` and `transfer` run the other way in a restore. */
export const jobStepTexts = {
  backup: {
    prepare: "Prepare",
    extension: "Snapshot extension",
    snapshot: "Snapshot",
    access: "Open the snapshot",
    plan: "Find changes",
    transfer: "Transfer to the vault",
    seal: "Write manifest",
    "remove-snapshot": "Remove snapshot",
    "recovery-point": "Recovery point",
  },
  "restore-disk": {
    prepare: "Prepare",
    "create-disk": "Create disk",
    access: "Open the disk",
    transfer: "Write to the disk",
    finish: "Finish",
  },
  verify: { verify: "Verify" },
  "delete-point": { delete: "Delete" },
  "copy-point": {
    prepare: "Find what is missing",
    transfer: "Copy to the second vault",
    seal: "Write manifest",
    "recovery-point": "Second copy",
  },
} as const satisfies { readonly [Kind in JobKind]: Record<JobStep<Kind>, string> };

/** The steps of all kinds of job, each once. */
export const jobStepNames: readonly JobStep[] = [
  ...new Set([...Object.values(jobSteps).flat(), ...Object.values(pastSteps).flat()]),
];

/**
 * What `Job.stage` says: the running step, or how far the job is before, between and after its steps. `transfer-waiting`: the
 * snapshot is complete and its transfer has not started.
 */
export const jobStages = [
  "queued",
  ...jobStepNames,
  "transfer-waiting",
  "cleaning-up",
  "done",
  "failed",
  "cancelled",
] as const satisfies readonly string[];
export type JobStage = (typeof jobStages)[number];

/** What started a job: the policy, a user, or the protection of a VM (its first backup). */
export const jobTriggers = ["schedule", "manual", "protect"] as const;
export type JobTrigger = (typeof jobTriggers)[number];

/** The state of a disk within a job. */
export const jobDiskStates = ["waiting", "running", "done", "failed"] as const;
export type JobDiskState = (typeof jobDiskStates)[number];

export const jobSorts = ["createdAt", "endedAt", "vm"] as const;
export type JobSort = (typeof jobSorts)[number];
