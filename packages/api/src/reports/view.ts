import { pointReportTotals } from "@kluis/db";
import { instantView } from "@kluis/domain";
import { z } from "zod";

const { application, file, crash, ...sums } = pointReportTotals.shape;

export const reportSummary = z.object({
  from: instantView.nullable(),
  to: instantView,
  byConsistency: z.object({ application, file, crash }),
  ...sums,
});
export type ReportSummary = z.infer<typeof reportSummary>;
