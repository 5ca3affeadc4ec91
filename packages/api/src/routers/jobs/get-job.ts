import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { getJob as get } from "../../services/jobs.ts";
import { jobRef } from "../paging.ts";

export const getJob = procedure
  .requires("inventory:read")
  .input(z.strictObject({ job: jobRef }))
  .query(({ ctx, input }) => get(ctx, input.job));
