/** Levels of consistency of a recovery point. */
import { z } from "zod";

export const consistencies = ["application", "file", "crash"] as const;
export const consistencySchema = z.enum(consistencies);
export type Consistency = z.infer<typeof consistencySchema>;
