import { refView } from "@kluis/domain";
import { z } from "zod";

export const startedBackup = z.object({ jobId: z.string(), vm: refView });
export type StartedBackup = z.infer<typeof startedBackup>;
