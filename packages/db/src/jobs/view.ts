/** Jobs as JSON: the schemas that queries yield and that the API's views extend. */
import {
  actorView,
  bytesView,
  consistencySchema,
  countView,
  deltaMethods,
  diskKeySchema,
  errorView,
  instantView,
  jobDiskStates,
  jobKinds,
  jobStages,
  jobStates,
  jobStepNames,
  jobTriggers,
  policyVersionView,
  refView,
  rungFailures,
  snapshotRequests,
  stepStates,
  storedNoticeSchema,
  transferReasons,
} from "@kluis/domain";
import { z } from "zod";
import { resourceView } from "../azure-resources/view.ts";
import { transferBytes } from "../transfer-view.ts";

/**
 * Sums over the disks of a job, in bytes. A bar shows `doneBytes` of `plannedBytes`; both are 0
 * before the plan.
 */
export const jobProgress = z.object({
  plannedBytes: bytesView,
  doneBytes: bytesView,
  ...transferBytes,
  logicalBytes: bytesView,
});

/** A job in a list. */
export const jobRow = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  state: z.enum(jobStates),
  /** The running step, or how the job ended. */
  stage: z.enum(jobStages),
  vm: refView.nullable(),
  pointId: z.string().nullable(),
  policy: policyVersionView.nullable(),
  trigger: z.enum(jobTriggers),
  actor: actorView,
  createdAt: instantView,
  startedAt: instantView.nullable(),
  endedAt: instantView.nullable(),
  dueAt: instantView.nullable(),
  deadlineAt: instantView.nullable(),
  cancelAskedAt: instantView.nullable(),
  /** When the snapshot of a backup was complete; null before. */
  capturedAt: instantView.nullable(),
  /** Since when an outage stops the transfer, when it is tried again, and the outage; null while it is not parked. */
  parkedSince: instantView.nullable(),
  parkedUntil: instantView.nullable(),
  parkedError: errorView.nullable(),
  /** The forecast of an open transfer: when it was made, and when the transfer starts and ends; null without one. */
  forecastAt: instantView.nullable(),
  forecastStartAt: instantView.nullable(),
  /** Also null when the transfer window does not open long enough. */
  forecastEndAt: instantView.nullable(),
  /** Its place among all open transfers, from 1; null without a forecast. */
  queuePosition: countView.nullable(),
  /** What the transfer waits for; null while it moves. */
  waitsFor: z.enum(transferReasons).nullable(),
  /** By the forecast it ends too close to its deadline, or after it. */
  deadlineAtRisk: z.boolean(),
  /** Whether the ended job met its deadline; null without a deadline, while it is open, and for a canceled job. */
  deadlineMet: z.boolean().nullable(),
  /** Snapshots that this one replaced in a row before their transfer. */
  replacedCount: countView,
  attempt: countView,
  /** How many warnings the job has. */
  warnings: countView,
  error: errorView.nullable(),
  progress: jobProgress,
});
export type JobRow = z.infer<typeof jobRow>;

/** A row of a job's timeline. */
export const jobStep = z.object({
  name: z.enum(jobStepNames),
  ordinal: countView,
  state: z.enum(stepStates),
  attempt: countView,
  message: z.string(),
  /** What `message` says, as code and parameters; null when this version cannot tell. */
  notice: storedNoticeSchema,
  detail: z.record(z.string(), z.unknown()),
  startedAt: instantView.nullable(),
  endedAt: instantView.nullable(),
});

/** A disk within a job. */
export const jobDisk = z.object({
  key: diskKeySchema,
  name: z.string(),
  sku: z.string(),
  state: z.enum(jobDiskStates),
  diskBytes: bytesView,
  /** Null before the plan. */
  deltaMethod: z.enum(deltaMethods).nullable(),
  /** Why this method and not the planned one. */
  deltaReason: z.string().nullable(),
  deltaNotice: storedNoticeSchema,
  plannedBytes: bytesView,
  ...transferBytes,
  chunksNew: countView,
  chunksReused: countView,
  segments: z.object({ done: countView, total: countView }),
  startedAt: instantView.nullable(),
  endedAt: instantView.nullable(),
});

/** A try of the snapshot that failed. */
export const snapshotAttempt = z.object({
  request: z.enum(snapshotRequests),
  failure: z.enum(rungFailures),
  /** Why. */
  notice: storedNoticeSchema,
  at: instantView,
});

/** What a backup remembers of its snapshot. */
export const jobCapture = z.object({
  /** The level that the policy requires of the VM in the state that was seen. */
  wanted: consistencySchema,
  /** The level that the snapshot has; null before it exists. */
  reached: consistencySchema.nullable(),
  /** Why it is, or will be, lower than required. */
  reason: z.string().nullable(),
  notice: storedNoticeSchema,
  /** Why each disk has a snapshot; null for a restore point. */
  capturedNotice: storedNoticeSchema,
  /** The last request to Azure. */
  request: z.enum(snapshotRequests),
  attempts: z.array(snapshotAttempt),
  startedAt: instantView.nullable(),
  endedAt: instantView.nullable(),
});

/** The details of a job beyond its row. */
export const jobDetail = z.object({
  steps: z.array(jobStep),
  disks: z.array(jobDisk),
  /** The snapshot of a backup; null before the VM was looked at. */
  capture: jobCapture.nullable().catch(null),
  /** What the job made in Azure, and what is left of it. */
  resources: z.array(resourceView),
  warningList: z.array(errorView),
  parameters: z.record(z.string(), z.unknown()),
  /** The recovery point that the job made. */
  resultPointId: z.string().nullable(),
});
export type JobDetail = z.infer<typeof jobDetail>;
