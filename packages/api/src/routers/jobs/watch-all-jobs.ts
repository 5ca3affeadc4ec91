import { z } from "zod";
import { withTrpcErrors } from "../../error-map.ts";
import { watchJobs } from "../../jobs/watch-jobs.ts";
import { procedure } from "../../procedures.ts";

/** Rows of jobs that moved, for lists: first every active job, then what changes. Only jobs of VMs that this person sees. */
export const watchAllJobs = procedure
  .requires("inventory:read")
  .input(z.strictObject({ lastEventId: z.string().nullish() }).prefault({}))
  .subscription(({ ctx, input, signal }) => withTrpcErrors(watchJobs(ctx, input, signal)));
