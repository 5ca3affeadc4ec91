/** Plans the restore: finds the disk in the recovery point and cuts its content into segments. */
import { addJobDisks, addSegments, clearPlan, listJobDisks, setDiskPlan } from "@kluis/db";
import { KluisError, notice, osTypes } from "@kluis/domain";
import { BLOCK_BYTES, parseNodeRef, SEGMENT_BYTES } from "@kluis/vault";
import { z } from "zod";
import { planSegments } from "../../../job/segments.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { type RestoreMemory, restoreParameters } from "../memory.ts";
import { sourceOf } from "../source.ts";

/** What Azure must know of an OS disk so that a VM can boot from it. Missing on data disks. */
const bootSchema = z.object({
  osType: z.enum(osTypes).nullable().catch(null),
  hyperVGeneration: z.string().nullable().catch(null),
});

export async function prepare(context: StepContext<RestoreMemory>): Promise<StepResult<RestoreMemory>> {
  const { deps, job, signal } = context;
  const { point, disk } = await sourceOf(context);
  const { name, subscriptionId, resourceGroup, sku } = restoreParameters(job);
  const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/disks/${name}`;
  const { diskKey, diskUniqueId, diskBytes } = disk;
  await addJobDisks(deps.db.prisma, job.id, [{ diskKey, name, resourceId, diskUniqueId, sku, diskBytes }]);
  const [row] = await listJobDisks(deps.db.prisma, job.id);
  if (row === undefined) throw new KluisError("INTERNAL", { message: "The job's disk was not stored." });
  await clearPlan(deps.db.prisma, row.id);
  const root = disk.root === null ? null : parseNodeRef(disk.root);
  const extents = deps.vault.vault.openDisk(root, diskBytes).extents(signal);
  const options = { diskBytes, blockBytes: BLOCK_BYTES, segmentBytes: SEGMENT_BYTES };
  let plannedBytes = 0;
  for await (const segment of planSegments(extents, options)) {
    plannedBytes += segment.dataBytes;
    await addSegments(deps.db.prisma, row.id, [segment]);
  }
  const { manifest } = await deps.vault.vault.getManifest(point.id, signal);
  const described = manifest.disks.find(({ key }) => key === diskKey)?.configuration;
  return {
    kind: "done",
    notice: notice("restore-planned", {
      sourceDisk: disk.name,
      vm: point.vmName,
      targetDisk: name,
      plannedBytes,
    }),
    memory: { diskId: resourceId, ...bootSchema.parse(described ?? {}) },
    save: (tx) => setDiskPlan(tx, row.id, { method: null, notice: null, baseNode: disk.root, plannedBytes }),
  };
}
