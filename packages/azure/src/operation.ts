import { z } from "zod";
import type { AzureOperation } from "./types.ts";

/** Reads an operation back from a checkpoint. */
export const azureOperationSchema: z.ZodType<AzureOperation> = z.object({
  kind: z.enum([
    "extension",
    "restore-point",
    "delete-restore-point",
    "create-disk",
    "finish-upload",
    "delete-disk",
    "run-command",
  ]),
  target: z.string(),
  subscriptionId: z.string(),
  poller: z.string(),
});
