/** The disk of a recovery point that a restore reads. */
import { loadPoint, type PointDiskRef, type PointRef } from "@kluis/db";
import { isHeldPointState, KluisError } from "@kluis/domain";
import type { StepContext } from "../../job/step.ts";
import { type RestoreMemory, restoreParameters } from "./memory.ts";

/** @throws KluisError POINT_NOT_FOUND, DISK_NOT_FOUND */
export async function sourceOf({
  deps,
  job,
}: Pick<StepContext<RestoreMemory>, "deps" | "job">): Promise<{ point: PointRef; disk: PointDiskRef }> {
  const { disk: key } = restoreParameters(job);
  const point = job.pointId === null ? null : await loadPoint(deps.db.prisma, job.pointId);
  // A restore that runs when the point is removed continues: its content stays until the restore has ended.
  if (point === null || !(isHeldPointState(point.state) || point.state === "soft-deleted")) {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "gone",
      message: "The recovery point no longer exists.",
      action: "Choose another recovery point.",
      params: { point: job.pointId },
    });
  }
  const disk = point.disks.find(({ diskKey }) => diskKey === key);
  if (disk !== undefined) return { point, disk };
  const disks = point.disks.map(({ diskKey }) => diskKey).join(", ");
  throw new KluisError("DISK_NOT_FOUND", {
    reason: "in-point",
    message: `Recovery point ${point.id} has no disk ${key}.`,
    action: `Choose one of: ${disks}.`,
    params: { point: point.id, disk: key, disks },
  });
}
