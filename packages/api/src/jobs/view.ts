/** The schemas of jobs as the API sends them. */
import { jobDetail, jobDisk, jobRow } from "@kluis/db";
import { pageView } from "@kluis/domain";
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

export const jobView = jobRow.extend({
  ...jobDetail.shape,
  disks: z.array(jobDiskView),
  can: z.object({ cancel: z.boolean() }),
});
export type JobView = z.infer<typeof jobView>;
export type JobStepView = JobView["steps"][number];

export const cancelResult = z.object({ jobId: z.string(), state: z.literal("cancelling") });
export type CancelResult = z.infer<typeof cancelResult>;
