/** Long-running operations of Azure as plain data: a job's checkpoint stores them between two polls. */
import { z } from "zod";

/** Reads an operation back from a checkpoint. */
export const azureOperationSchema = z.object({
  kind: z.enum([
    "extension",
    "restore-point",
    "delete-restore-point",
    "disk-snapshot",
    "delete-disk-snapshot",
    "create-disk",
    "finish-upload",
    "update-disk",
    "delete-disk",
    "run-command",
  ]),
  /** ARM id of the resource that the operation changes. */
  target: z.string(),
  subscriptionId: z.string(),
  /** The SDK poller's serialized state; empty: poll the resource itself. No secret. */
  poller: z.string(),
  /** Polls so far. Each further one comes later. */
  polls: z.number().int().min(0).optional(),
  /** When Azure accepted it, in milliseconds since 1970; missing in checkpoints of earlier versions. */
  startedAt: z.number().optional(),
});
export type AzureOperation = Readonly<z.infer<typeof azureOperationSchema>>;

/** Result of one poll. A failed operation throws a KluisError instead. */
export type Poll<Result> =
  | { readonly status: "running"; readonly operation: AzureOperation; readonly retryAfterMs: number }
  | { readonly status: "done"; readonly result: Result };
