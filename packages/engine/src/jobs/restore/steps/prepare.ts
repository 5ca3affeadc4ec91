/** Plans the restore: finds the disk in the recovery point, decides what the new one is, and cuts its content into segments. */
import { requireDiskDependencies } from "@kluis/azure";
import { addJobDisks, addSegments, clearPlan, listJobDisks, setDiskPlan, type WorkJob } from "@kluis/db";
import {
  KluisError,
  missingOf,
  notice,
  noticeText,
  planRestoredDisk,
  type RestoreChoices,
  readDiskFacts,
  restorableSkus,
} from "@kluis/domain";
import { BLOCK_BYTES, parseNodeRef, SEGMENT_BYTES, Skipped } from "@kluis/vault";
import { noteDamage } from "../../../job/known-damage.ts";
import { recordedManifest } from "../../../job/manifest-check.ts";
import { inJob } from "../../../job/record.ts";
import { planSegments } from "../../../job/segments.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { vaultOf } from "../../../job/vault-of.ts";
import { type RestoreMemory, restoreParameters } from "../memory.ts";
import { sourceOf } from "../source.ts";

export async function prepare(context: StepContext<RestoreMemory>): Promise<StepResult<RestoreMemory>> {
  const { deps, job, signal } = context;
  const { point, disk } = await sourceOf(context);
  const { name, subscriptionId, resourceGroup } = restoreParameters(job);
  const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/disks/${name}`;
  const { diskKey, diskUniqueId, diskBytes } = disk;
  const { vault } = await vaultOf(context);
  const { manifest } = await recordedManifest(deps, { vault, point, signal });
  const facts = readDiskFacts(manifest.disks.find(({ key }) => key === diskKey)?.configuration);
  const planned = planRestoredDisk({ sku: facts?.sku ?? disk.sku, facts }, choicesOf(job));
  // Before anything is created: a missing key must never turn into another key.
  await requireDiskDependencies(deps.azure, planned.disk, { signal });
  const sku = planned.disk.sku;
  const wanted = { diskKey, name, resourceId, diskUniqueId, sku, diskBytes };
  await inJob(context, (tx) => addJobDisks(tx, job.id, [wanted]));
  const [row] = await listJobDisks(deps.db.prisma, job.id);
  if (row === undefined) throw new KluisError("INTERNAL", { message: "The job's disk was not stored." });
  await inJob(context, (tx) => clearPlan(tx, row.id));
  const root = disk.root === null ? null : parseNodeRef(disk.root);
  const skipped = restoreParameters(job).skipDamaged === true ? new Skipped() : null;
  const extents = vault.openDisk(root, diskBytes).extents(signal, skipped?.onDamaged);
  const options = { diskBytes, blockBytes: BLOCK_BYTES, segmentBytes: SEGMENT_BYTES };
  let plannedBytes = 0;
  for await (const segment of planSegments(extents, options)) {
    plannedBytes += segment.dataBytes;
    await inJob(context, (tx) => addSegments(tx, row.id, [segment]));
  }
  for (const error of skipped?.errors.values() ?? []) await noteDamage({ deps, job }, error);
  const missing = skipped === null ? {} : { missing: missingOf(skipped.sorted()) };
  return {
    kind: "done",
    notice: notice("restore-planned", {
      sourceDisk: disk.name,
      vm: point.vmName,
      targetDisk: name,
      plannedBytes,
    }),
    detail: { differences: planned.notices.map((one) => ({ ...one, text: noticeText(one) })) },
    memory: { diskId: resourceId, disk: planned.disk, ...missing },
    save: (tx) => setDiskPlan(tx, row.id, { method: null, notice: null, baseNode: disk.root, plannedBytes }),
  };
}

/** Jobs of earlier versions have only the kind of disk, which was always chosen. */
function choicesOf(job: WorkJob): RestoreChoices {
  const { choices, sku } = restoreParameters(job);
  return choices ?? { sku: restorableSkus.find((one) => one === sku) };
}
