/** The memory and parameters of a restore job. */
import { azureOperationSchema } from "@kluis/azure";
import type { WorkJob } from "@kluis/db";
import { KluisError, osTypes, type RestoreDiskParameters, restoreDiskParametersSchema } from "@kluis/domain";
import { z } from "zod";

export const restoreMemorySchema = z.object({
  diskId: z.string().optional(),
  osType: z.enum(osTypes).nullable().optional(),
  hyperVGeneration: z.string().nullable().optional(),
  operation: azureOperationSchema.optional(),
  segmentsQueued: z.boolean().optional(),
  footerWritten: z.boolean().optional(),
});
export type RestoreMemory = z.infer<typeof restoreMemorySchema>;

export function restoreParameters(job: WorkJob): RestoreDiskParameters {
  return restoreDiskParametersSchema.parse(job.parameters);
}

/** ARM id of the new disk, from the first step. @throws KluisError INTERNAL */
export function requireDiskId(memory: RestoreMemory): string {
  if (memory.diskId !== undefined) return memory.diskId;
  throw new KluisError("INTERNAL", { message: "The restore has no disk id in its memory." });
}
