/** The memory of a verification, and the recovery point that it reads. */
import { loadPoint, type PointRef, type Tx, type WorkJob } from "@kluis/db";
import { isHeldPointState, KluisError, type PointShape, verifyFoundSchema } from "@kluis/domain";
import { SEGMENT_BYTES } from "@kluis/vault";
import { z } from "zod";

export const verifyMemorySchema = z.object({
  /** The planned segments, over all disks. Missing: not planned yet. */
  sample: z.object({ first: z.int().nonnegative(), count: z.int().nonnegative() }).optional(),
  /** The problem of the manifest: then nothing else says what to read. */
  manifest: verifyFoundSchema.optional(),
  segmentsQueued: z.boolean().optional(),
});
export type VerifyMemory = z.infer<typeof verifyMemorySchema>;

/** @throws KluisError POINT_NOT_FOUND: its content may be gone, which is not damage */
export async function requirePoint(tx: Tx, job: Pick<WorkJob, "pointId">): Promise<PointRef> {
  const point = job.pointId === null ? null : await loadPoint(tx, job.pointId);
  if (point !== null && isHeldPointState(point.state)) return point;
  throw new KluisError("POINT_NOT_FOUND", {
    reason: "gone",
    message: "The recovery point no longer exists.",
    params: { point: job.pointId },
  });
}

/** The disks in the order in which their segments count, the same in every run. */
export function disksInOrder({ disks }: Pick<PointRef, "disks">): PointRef["disks"] {
  return disks.toSorted((a, b) => (a.diskKey < b.diskKey ? -1 : 1));
}

export function shapeOf(point: Pick<PointRef, "disks">): PointShape {
  return { disks: disksInOrder(point).map(({ diskBytes }) => diskBytes), segmentBytes: SEGMENT_BYTES };
}
