import { eventsOf } from "../error-map.ts";
import { procedure } from "../procedures.ts";
import { jobInput, listJobsInput, watchJobInput, watchJobsInput } from "./inputs.ts";
import { cancelJob, getJob, listJobs } from "./service.ts";
import { cancelResult, jobPage, jobRows, jobView } from "./view.ts";
import { watchJob } from "./watch-job.ts";
import { watchJobs } from "./watch-jobs.ts";

export const jobProcedures = {
  list: procedure
    .requires("inventory:read")
    .input(listJobsInput)
    .output(jobPage)
    .query(({ ctx, input }) => listJobs(ctx, input)),

  get: procedure
    .requires("inventory:read")
    .input(jobInput)
    .output(jobView)
    .query(({ ctx, input }) => getJob(ctx, input.job)),

  /**
   * Requests a job to stop at its next safe point; the engine then removes what the job made in
   * Azure.
   */
  cancel: procedure
    .requires("backup:run")
    .input(jobInput)
    .output(cancelResult)
    .mutation(({ ctx, input }) => cancelJob(ctx, input.job)),

  /**
   * The job now and at each change, until it has ended. A client that returns with its last event's
   * id misses nothing.
   */
  watch: procedure
    .streams("inventory:read", jobView)
    .input(watchJobInput)
    .subscription(({ ctx, input, signal }) => eventsOf(jobView, watchJob(ctx, input, signal))),

  /** Rows for lists: first every active job, then each job that changes. */
  watchAll: procedure
    .streams("inventory:read", jobRows)
    .input(watchJobsInput)
    .subscription(({ ctx, input, signal }) => eventsOf(jobRows, watchJobs(ctx, input, signal))),
};
