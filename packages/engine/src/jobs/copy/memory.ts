/** The memory and parameters of a job that copies a recovery point to the second vault. */
import type { WorkJob } from "@kluis/db";
import { copyPointParametersSchema } from "@kluis/domain";
import { z } from "zod";

const time = z.iso.datetime();

export const copyMemorySchema = z.object({
  /** The id that the copy gets. */
  pointId: z.uuid().optional(),
  /** The vault that has the point. */
  sourceVaultId: z.uuid().optional(),
  /** The domain of deduplication in the second vault. */
  domain: z.string().optional(),
  transferStartedAt: time.optional(),
  transferEndedAt: time.optional(),
  segmentsQueued: z.boolean().optional(),
  sealedAt: time.optional(),
  /** The VM's point in the second vault before this one. */
  previous: z.object({ pointId: z.string(), manifestDigest: z.string() }).nullable().optional(),
  manifestDigest: z.string().optional(),
});
export type CopyMemory = z.infer<typeof copyMemorySchema>;

/** The second vault. */
export function targetOf(job: Pick<WorkJob, "parameters">): string {
  return copyPointParametersSchema.parse(job.parameters).vaultId;
}
