import { z } from "zod";
import { withTrpcErrors } from "../../error-map.ts";
import { jobRef } from "../../inputs.ts";
import { watchJob as watch } from "../../jobs/watch-job.ts";
import { procedure } from "../../procedures.ts";

/** The job now and at each change, until it has ended. Events carry ids: a client that comes back misses nothing. */
export const watchJob = procedure
  .requires("inventory:read")
  .input(z.strictObject({ job: jobRef, lastEventId: z.string().nullish() }))
  .subscription(({ ctx, input, signal }) => withTrpcErrors(watch(ctx, input, signal)));
