/** The schemas of jobs as the API sends them. */
import { jobCapture, jobDetail, jobDisk, jobRow, snapshotAttempt } from "@kluis/db";
import { instantView, pageView, snapshotSourceKinds, tryOutcomes } from "@kluis/domain";
import { z } from "zod";

/** An event of a list of jobs. */
export const jobRows = jobRow.array();

export const jobPage = pageView(jobRow);
export type JobPage = z.infer<typeof jobPage>;

const jobDiskView = jobDisk.extend({
  /** Bytes read per second while the disk runs, or over its whole run. Null before it started. */
  bytesPerSecond: z.number().nonnegative().nullable(),
});
export type JobDiskView = z.infer<typeof jobDiskView>;

const snapshotTryView = snapshotAttempt.extend({
  outcome: z.enum(tryOutcomes),
  /** Null unless it failed. */
  failure: snapshotAttempt.shape.failure.nullable(),
  /** Why it failed, as `notice` says; null when this version cannot tell. */
  reason: z.string().nullable(),
  /** When it ended; of a running try, when it began. */
  at: instantView,
});

/** The snapshot of a backup: the level that is required and the one that was reached, and each try, oldest first. */
const captureView = jobCapture
  .omit({ request: true, attempts: true, startedAt: true, endedAt: true })
  .extend({ capturedBy: z.enum(snapshotSourceKinds), tries: z.array(snapshotTryView) });

export const jobView = jobRow.extend({
  ...jobDetail.shape,
  disks: z.array(jobDiskView),
  /** Null for other kinds of job, and before the VM was looked at. */
  capture: captureView.nullable(),
  can: z.object({ cancel: z.boolean() }),
});
export type JobView = z.infer<typeof jobView>;
export type JobStepView = JobView["steps"][number];

export const cancelResult = z.object({ jobId: z.string(), state: z.literal("cancelling") });
export type CancelResult = z.infer<typeof cancelResult>;
