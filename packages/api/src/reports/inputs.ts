import { reportFormats } from "@kluis/domain";
import { z } from "zod";
import { instant } from "../inputs.ts";

const period = { from: instant.optional(), to: instant.optional() };

export const summarizePointsInput = z.strictObject(period).prefault({});
export type SummarizePointsInput = z.infer<typeof summarizePointsInput>;

/** The query of the report's route. */
export const pointReportInput = z.object({ format: z.enum(reportFormats).default("csv"), ...period });
export type PointReportInput = z.infer<typeof pointReportInput>;
