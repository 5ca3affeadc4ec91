import { z } from "zod";
import { jobRef } from "../../inputs.ts";
import { cancelJob as cancel } from "../../jobs/service.ts";
import { procedure } from "../../procedures.ts";

/** Asks a job to stop at its next safe point; what it made in Azure is cleaned up. */
export const cancelJob = procedure
  .requires("backup:run")
  .input(z.strictObject({ job: jobRef }))
  .mutation(({ ctx, input }) => cancel(ctx, input.job));
