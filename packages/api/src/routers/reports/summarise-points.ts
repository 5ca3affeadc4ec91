import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { summarisePoints as summarise } from "../../services/reports.ts";
import { instant } from "../paging.ts";

/** The recovery-point report's figures for a period, before it is downloaded. */
export const summarisePoints = procedure
  .requires("report:read")
  .input(z.strictObject({ from: instant.optional(), to: instant.optional() }).prefault({}))
  .query(({ ctx, input }) => summarise(ctx, input));
