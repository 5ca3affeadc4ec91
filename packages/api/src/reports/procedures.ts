import { procedure } from "../procedures.ts";
import { summarizePointsInput } from "./inputs.ts";
import { summarizePoints } from "./service.ts";
import { reportSummary } from "./view.ts";

export const reportProcedures = {
  /** The sums of the recovery-point report for a period, shown before it is downloaded. */
  points: procedure
    .requires("report:read")
    .input(summarizePointsInput)
    .output(reportSummary)
    .query(({ ctx, input }) => summarizePoints(ctx, input)),
};
