/** What will be read: for each disk how its delta is found, its extents listed once and cut into segments. */
import { pageRanges, pageRangesDiff } from "@kluis/azure";
import {
  addSegments,
  addWarning,
  clearPlan,
  inTransaction,
  listJobDisks,
  setDiskPlan,
  type WorkDisk,
} from "@kluis/db";
import { errorInfo, formatBytes, isKluisError, KluisError } from "@kluis/domain";
import { BLOCK_BYTES, SEGMENT_BYTES } from "@kluis/vault";
import { type Extent, type PlannedSegment, planSegments } from "../../../job/segments.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { chooseDelta, compareOrFull, type DeltaChoice } from "../delta.ts";
import { type BackupMemory, type SnapshotDisk } from "../memory.ts";
import { snapshotOf } from "./access.ts";

type Context = StepContext<BackupMemory>;

/** Segment rows written at a time: bounds memory when a disk is large and fragmented. */
const SEGMENTS_PER_INSERT = 16;

interface DiskPlan {
  readonly disk: string;
  readonly choice: DeltaChoice;
  readonly plannedBytes: number;
}

export async function plan(context: Context): Promise<StepResult<BackupMemory>> {
  const disks = await listJobDisks(context.deps.db.prisma, context.job.id);
  const plans = await Promise.all(disks.map((disk) => planDisk(context, disk)));
  const bytes = plans.reduce((sum, { plannedBytes }) => sum + plannedBytes, 0);
  return {
    kind: "done",
    message: `${disks.length === 1 ? "1 disk" : `${disks.length} disks`} planned, ${formatBytes(bytes)} to read.`,
    detail: {
      plannedBytes: bytes,
      disks: plans.map(({ disk, choice, plannedBytes }) => ({
        disk,
        delta: choice.method,
        reason: choice.reason,
        plannedBytes,
      })),
    },
    memory: { transferStartedAt: context.deps.clock.now().toISOString() },
  };
}

async function planDisk(context: Context, disk: WorkDisk): Promise<DiskPlan> {
  const { memory } = context;
  const snapshot = snapshotOf(memory, { key: disk.diskKey, name: disk.name });
  const base = memory.base?.disks.find(({ key }) => key === disk.diskKey) ?? null;
  const first = chooseDelta({ uniqueId: disk.diskUniqueId, bytes: disk.diskBytes, snapshot, base });
  if (disk.deltaMethod !== null) return { disk: disk.name, choice: first, plannedBytes: disk.plannedBytes };
  try {
    return await list(context, { disk, snapshot, choice: first });
  } catch (error) {
    // Access that another engine has ended is asked for anew at the next try.
    if (isKluisError(error, "AZURE_SAS_EXPIRED"))
      for (const one of [snapshot, first.baseSnapshot]) context.deps.grants.forget(one?.id ?? "");
    if (first.method !== "changed-ranges" || base === null || !isKluisError(error, "DELTA_BASE_INVALID"))
      throw error;
    const reason = `Azure would not list the changed ranges: ${error.message}`;
    await addWarning(context.deps.db.prisma, context.job.id, {
      ...errorInfo(error),
      message: `${disk.name}: ${reason}`,
    });
    return list(context, { disk, snapshot, choice: compareOrFull(base, reason) });
  }
}

/** Lists the extents and writes the plan. Rows of a plan that was cut short go first; the disk's plan is complete at the end. */
async function list(
  context: Context,
  { disk, snapshot, choice }: { disk: WorkDisk; snapshot: SnapshotDisk; choice: DeltaChoice },
): Promise<DiskPlan> {
  const { db } = context.deps;
  await clearPlan(db.prisma, disk.id);
  const options = { diskBytes: disk.diskBytes, blockBytes: BLOCK_BYTES, segmentBytes: SEGMENT_BYTES };
  const extents = await listExtents(context, { disk, snapshot, choice });
  let plannedBytes = 0;
  let batch: PlannedSegment[] = [];
  for await (const segment of planSegments(extents, options)) {
    plannedBytes += segment.dataBytes;
    batch.push(segment);
    if (batch.length >= SEGMENTS_PER_INSERT) {
      await addSegments(db.prisma, disk.id, batch);
      batch = [];
    }
  }
  await inTransaction(db, async (tx) => {
    await addSegments(tx, disk.id, batch);
    const { method, reason, base } = choice;
    await setDiskPlan(tx, disk.id, { method, reason, baseNode: base, plannedBytes });
  });
  return { disk: disk.name, choice, plannedBytes };
}

/** Ranges that changed since the kept snapshot, or all that are allocated. */
async function listExtents(
  { deps, signal }: Context,
  { disk, snapshot, choice }: { disk: WorkDisk; snapshot: SnapshotDisk; choice: DeltaChoice },
): Promise<AsyncIterable<Extent>> {
  const { sas } = await deps.grants.get(snapshot.id, signal);
  const { diskBytes } = disk;
  if (choice.method !== "changed-ranges") return pageRanges({ sas, diskBytes, signal });
  const base = await baseSas(deps, choice.baseSnapshot, signal);
  return pageRangesDiff({ sas, base, diskBytes, signal });
}

/** @throws KluisError DELTA_BASE_INVALID when the kept snapshot was removed since read access to it was opened */
async function baseSas(
  deps: Context["deps"],
  base: SnapshotDisk,
  signal: AbortSignal,
): Promise<Parameters<typeof pageRangesDiff>[0]["base"]> {
  try {
    return (await deps.grants.get(base.id, signal)).sas;
  } catch (cause) {
    if (!isKluisError(cause, "AZURE_NOT_FOUND") && !isKluisError(cause, "AZURE_REJECTED")) throw cause;
    const { message } = cause;
    throw new KluisError("DELTA_BASE_INVALID", {
      reason: "snapshot-missing",
      message: `The kept snapshot is gone. ${message}`,
      cause,
    });
  }
}
