/** Plans the transfer: chooses per disk how to find its changes, lists its extents once, and cuts them into segments. */
import { pageRanges, pageRangesDiff } from "@kluis/azure";
import { addSegments, addWarning, clearPlan, listJobDisks, setDiskPlan, type WorkDisk } from "@kluis/db";
import {
  type DeltaMethod,
  type Extent,
  errorInfo,
  isKluisError,
  KluisError,
  notice,
  noticeText,
  type StoredNotice,
} from "@kluis/domain";
import { BLOCK_BYTES, SEGMENT_BYTES } from "@kluis/vault";
import { azureMessageOf } from "../../../job/azure-message.ts";
import { inJob } from "../../../job/record.ts";
import { type PlannedSegment, planSegments } from "../../../job/segments.ts";
import type { SnapshotDisk } from "../../../job/snapshot.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { chooseDelta, compareOrFull, type DeltaChoice } from "../delta.ts";
import type { BackupMemory } from "../memory.ts";
import { requirePolicy } from "../require.ts";
import { snapshotOf } from "../snapshot.ts";

type Context = StepContext<BackupMemory>;

/** Segments per insert. Bounds the memory for large and fragmented disks. */
const SEGMENTS_PER_INSERT = 16;

interface DiskPlan {
  readonly disk: string;
  readonly delta: DeltaMethod;
  readonly reason: string | null;
  readonly notice: StoredNotice | null;
  readonly plannedBytes: number;
}

export async function plan(context: Context): Promise<StepResult<BackupMemory>> {
  const disks = await listJobDisks(context.deps.db.prisma, context.job.id);
  const plans = await Promise.all(disks.map((disk) => planDisk(context, disk)));
  const plannedBytes = plans.reduce((sum, one) => sum + one.plannedBytes, 0);
  return {
    kind: "done",
    notice: summaryOf(context, plans, plannedBytes),
    detail: { plannedBytes, disks: plans },
    memory: { transferStartedAt: context.deps.clock.now().toISOString() },
  };
}

/** Tells how many disks are read in full although their policy keeps snapshots to compare with. */
function summaryOf({ job }: Context, plans: readonly DiskPlan[], plannedBytes: number) {
  const counts = { disks: plans.length, plannedBytes };
  const fallbackDisks = plans.filter(({ notice: why }) => why !== null).length;
  return requirePolicy(job).document.instantRestoreDays > 0 && fallbackDisks > 0
    ? notice("transfer-planned-fallback", { ...counts, fallbackDisks })
    : notice("transfer-planned", counts);
}

async function planDisk(context: Context, disk: WorkDisk): Promise<DiskPlan> {
  const { memory, deps, job } = context;
  if (disk.deltaMethod !== null) {
    const { name, deltaMethod, deltaReason, deltaNotice, plannedBytes } = disk;
    return { disk: name, delta: deltaMethod, reason: deltaReason, notice: deltaNotice, plannedBytes };
  }
  const snapshot = snapshotOf(memory, { key: disk.diskKey, name: disk.name });
  const base = memory.base?.disks.find(({ key }) => key === disk.diskKey) ?? null;
  const first = chooseDelta({ uniqueId: disk.diskUniqueId, bytes: disk.diskBytes, snapshot, base });
  try {
    return await listAndSave(context, { disk, snapshot, choice: first });
  } catch (error) {
    // Another engine may have revoked the grants, so the next try must request them again.
    if (isKluisError(error, "AZURE_SAS_EXPIRED"))
      for (const one of [snapshot, first.baseSnapshot]) deps.grants.forget(one?.id ?? "");
    if (first.method !== "changed-ranges" || base === null || !isKluisError(error, "DELTA_BASE_INVALID"))
      throw error;
    const why = notice("delta-ranges-refused", { azureMessage: azureMessageOf(error) });
    const info = errorInfo(error);
    const warning = {
      ...info,
      message: `${disk.name}: ${noticeText(why)}`,
      params: { ...info.params, disk: disk.name },
    };
    await inJob(context, (tx) => addWarning(tx, job.id, warning));
    return listAndSave(context, { disk, snapshot, choice: compareOrFull(base, why) });
  }
}

interface DiskWork {
  readonly disk: WorkDisk;
  readonly snapshot: SnapshotDisk;
  readonly choice: DeltaChoice;
}

/** Lists the extents and saves the plan, after it removed the rows of an interrupted one. The disk's method is set last. */
async function listAndSave(context: Context, work: DiskWork): Promise<DiskPlan> {
  const { disk, choice } = work;
  await inJob(context, (tx) => clearPlan(tx, disk.id));
  const options = { diskBytes: disk.diskBytes, blockBytes: BLOCK_BYTES, segmentBytes: SEGMENT_BYTES };
  let plannedBytes = 0;
  let batch: PlannedSegment[] = [];
  for await (const segment of planSegments(await listExtents(context, work), options)) {
    plannedBytes += segment.dataBytes;
    batch.push(segment);
    if (batch.length >= SEGMENTS_PER_INSERT) {
      const full = batch;
      await inJob(context, (tx) => addSegments(tx, disk.id, full));
      batch = [];
    }
  }
  const { method, notice: why, base } = choice;
  await inJob(context, async (tx) => {
    await addSegments(tx, disk.id, batch);
    await setDiskPlan(tx, disk.id, { method, notice: why, baseNode: base, plannedBytes });
  });
  const reason = why === null ? null : noticeText(why);
  return { disk: disk.name, delta: method, reason, notice: why, plannedBytes };
}

/** The ranges that changed since the kept snapshot, or all allocated ranges. */
async function listExtents(
  { deps, signal }: Context,
  { disk, snapshot, choice }: DiskWork,
): Promise<AsyncIterable<Extent>> {
  const { sas } = await deps.grants.get(snapshot.id, signal);
  const { diskBytes } = disk;
  if (choice.method !== "changed-ranges") return pageRanges({ sas, diskBytes, signal });
  const base = await baseSas(deps, choice.baseSnapshot, signal);
  return pageRangesDiff({ sas, base, diskBytes, signal });
}

/** @throws KluisError DELTA_BASE_INVALID when the kept snapshot was removed after the access step opened it */
async function baseSas(
  deps: Context["deps"],
  base: SnapshotDisk,
  signal: AbortSignal,
): Promise<Parameters<typeof pageRangesDiff>[0]["base"]> {
  try {
    return (await deps.grants.get(base.id, signal)).sas;
  } catch (cause) {
    if (!isKluisError(cause, "AZURE_NOT_FOUND") && !isKluisError(cause, "AZURE_REJECTED")) throw cause;
    throw new KluisError("DELTA_BASE_INVALID", {
      reason: "snapshot-missing",
      message: `The kept snapshot no longer exists. ${cause.message}`,
      params: { ...cause.params, snapshot: base.name },
      cause,
    });
  }
}
