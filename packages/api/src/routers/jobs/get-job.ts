import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { getJob as get } from "../../services/jobs.ts";

export const getJob = procedure
  .requires("inventory:read")
  .input(z.strictObject({ job: z.string().trim().min(4).max(40) }))
  .query(({ ctx, input }) => get(ctx, input.job));
