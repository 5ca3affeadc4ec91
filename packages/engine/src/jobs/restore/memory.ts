/** The memory and parameters of a restore job. */
import { azureOperationSchema } from "@kluis/azure";
import type { WorkJob } from "@kluis/db";
import {
  KluisError,
  missingRangesSchema,
  osTypes,
  planRestoredDisk,
  type RestoreDiskParameters,
  type RestoredDisk,
  restoreDiskParametersSchema,
  restoredDiskSchema,
} from "@kluis/domain";
import { z } from "zod";

export const restoreMemorySchema = z.object({
  diskId: z.string().optional(),
  osType: z.enum(osTypes).nullable().optional(),
  hyperVGeneration: z.string().nullable().optional(),
  /** The disk that is created; missing in jobs that an earlier version began. */
  disk: restoredDiskSchema.optional(),
  operation: azureOperationSchema.optional(),
  /** What damaged nodes of the map span: nothing of it is planned. Only of a restore that skips damage. */
  missing: missingRangesSchema.optional(),
  segmentsQueued: z.boolean().optional(),
  footerWritten: z.boolean().optional(),
  /** The upload has ended; only the disk's network access is not yet set. */
  uploadEnded: z.boolean().optional(),
});
export type RestoreMemory = z.infer<typeof restoreMemorySchema>;

export function restoreParameters(job: WorkJob): RestoreDiskParameters {
  return restoreDiskParametersSchema.parse(job.parameters);
}

/** The disk to create. A job of an earlier version recorded only what it took to boot. */
export function restoredDisk(job: WorkJob, memory: RestoreMemory): RestoredDisk {
  if (memory.disk !== undefined) return memory.disk;
  const { osType = null, hyperVGeneration = null } = memory;
  const { disk } = planRestoredDisk({ sku: restoreParameters(job).sku, facts: null }, {});
  return { ...disk, osType, hyperVGeneration };
}

/** ARM id of the new disk, from the first step. @throws KluisError INTERNAL */
export function requireDiskId(memory: RestoreMemory): string {
  if (memory.diskId !== undefined) return memory.diskId;
  throw new KluisError("INTERNAL", { message: "The restore has no disk id in its memory." });
}
