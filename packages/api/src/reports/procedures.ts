import { z } from "zod";
import { instant } from "../inputs.ts";
import { procedure } from "../procedures.ts";
import { summarisePoints as summarise } from "./service.ts";

/** The recovery-point report's figures for a period, before it is downloaded. */
export const summarisePoints = procedure
  .requires("report:read")
  .input(z.strictObject({ from: instant.optional(), to: instant.optional() }).prefault({}))
  .query(({ ctx, input }) => summarise(ctx, input));
