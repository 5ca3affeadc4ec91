import { z } from "zod";
import { jobRef } from "../../inputs.ts";
import { getJob as get } from "../../jobs/service.ts";
import { procedure } from "../../procedures.ts";

export const getJob = procedure
  .requires("inventory:read")
  .input(z.strictObject({ job: jobRef }))
  .query(({ ctx, input }) => get(ctx, input.job));
