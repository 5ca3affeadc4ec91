/** Disks and segments of a job: their plan, their results and their progress. */
import {
  type DeltaMethod,
  deltaMethods,
  type MissingRanges,
  type Notice,
  noticeText,
  type StoredNotice,
  safeBytes,
  storedNoticeSchema,
  type VerifyFound,
} from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import { toJson, toJsonOrNull } from "../json.ts";
import type { Tx } from "../tx.ts";
import { type DiskFacts, toDiskFacts } from "./disk.ts";
import { type PlanList, planLists } from "./plan-list.ts";

export type ExtentTuple = readonly [offset: number, length: number, kind: "data" | "zero"];
const extentsSchema = z.array(
  z.tuple([z.int().nonnegative(), z.int().positive(), z.enum(["data", "zero"])]).readonly(),
);

/** Counters of a transfer, in bytes and chunks. */
export const transferStatsSchema = z.object({
  readBytes: z.int(),
  changedBytes: z.int(),
  movedBytes: z.int(),
  storedBytes: z.int(),
  chunksNew: z.int(),
  chunksReused: z.int(),
});
export type TransferStats = z.infer<typeof transferStatsSchema>;
export const noStats: TransferStats = {
  readBytes: 0,
  changedBytes: 0,
  movedBytes: 0,
  storedBytes: 0,
  chunksNew: 0,
  chunksReused: 0,
};

export interface WorkDisk extends DiskFacts {
  readonly id: string;
  readonly jobId: string;
  readonly state: string;
  readonly deltaMethod: DeltaMethod | null;
  /** The list that the plan is made from; null until planning begins, and for restores. */
  readonly planList: PlanList | null;
  /** Why the changes were not listed; English text and notice. */
  readonly deltaReason: string | null;
  readonly deltaNotice: StoredNotice | null;
  readonly baseNode: string | null;
  readonly plannedBytes: number;
  readonly root: string | null;
  readonly rootDigest: string | null;
  readonly stats: TransferStats;
}

/** Adds the disks of a job that it does not have yet. */
export async function addJobDisks(tx: Tx, jobId: string, disks: readonly DiskFacts[]): Promise<void> {
  await tx.jobDisk.createMany({
    data: disks.map((disk) => ({ ...disk, id: newId(), jobId, diskBytes: BigInt(disk.diskBytes) })),
    skipDuplicates: true,
  });
}

/** Makes the disks of a job these: updates those that it has, adds the others, and removes the rest with their segments. */
export async function setJobDisks(tx: Tx, jobId: string, disks: readonly DiskFacts[]): Promise<void> {
  await tx.jobDisk.deleteMany({ where: { jobId, diskKey: { notIn: disks.map(({ diskKey }) => diskKey) } } });
  await addJobDisks(tx, jobId, disks);
  for (const { diskKey, ...facts } of disks) {
    const data = { ...facts, diskBytes: BigInt(facts.diskBytes) };
    await tx.jobDisk.updateMany({ where: { jobId, diskKey }, data });
  }
}

export async function listJobDisks(tx: Tx, jobId: string): Promise<WorkDisk[]> {
  const rows = await tx.jobDisk.findMany({ where: { jobId }, orderBy: { diskKey: "asc" } });
  return rows.map(toWorkDisk);
}

type DiskRow = NonNullable<Awaited<ReturnType<Tx["jobDisk"]["findUnique"]>>>;

function toWorkDisk(row: DiskRow): WorkDisk {
  return {
    ...toDiskFacts(row),
    id: row.id,
    jobId: row.jobId,
    state: row.state,
    deltaMethod: row.deltaMethod === null ? null : z.enum(deltaMethods).parse(row.deltaMethod),
    planList: z.enum(planLists).nullable().parse(row.planList),
    deltaReason: row.deltaReason,
    deltaNotice: storedNoticeSchema.parse(row.deltaNotice),
    baseNode: row.baseNode,
    plannedBytes: safeBytes(row.plannedBytes),
    root: row.root,
    rootDigest: row.rootDigest,
    stats: {
      readBytes: safeBytes(row.readBytes),
      changedBytes: safeBytes(row.changedBytes),
      movedBytes: safeBytes(row.movedBytes),
      storedBytes: safeBytes(row.storedBytes),
      chunksNew: row.chunksNew,
      chunksReused: row.chunksReused,
    },
  };
}

export interface NewSegment {
  readonly segment: number;
  readonly extents: readonly ExtentTuple[];
}

/** Adds planned segments. A step that plans again after a crash calls `clearPlan` first. */
export async function addSegments(tx: Tx, jobDiskId: string, segments: readonly NewSegment[]): Promise<void> {
  await tx.jobSegment.createMany({
    data: segments.map(({ segment, extents }) => ({
      id: newId(),
      jobDiskId,
      segment,
      extents: toJson(extents),
    })),
  });
}

export async function clearPlan(tx: Tx, jobDiskId: string): Promise<void> {
  await tx.jobSegment.deleteMany({ where: { jobDiskId } });
}

/** Records the plan of a disk: how to find its delta, and how many bytes to read. */
export async function setDiskPlan(
  tx: Tx,
  jobDiskId: string,
  plan: {
    readonly method: DeltaMethod | null;
    readonly notice: Notice | null;
    readonly baseNode: string | null;
    readonly plannedBytes: number;
  },
): Promise<void> {
  await tx.jobDisk.update({
    where: { id: jobDiskId },
    data: {
      deltaMethod: plan.method,
      deltaReason: plan.notice === null ? null : noticeText(plan.notice),
      deltaNotice: toJsonOrNull(plan.notice),
      baseNode: plan.baseNode,
      plannedBytes: BigInt(plan.plannedBytes),
    },
  });
}

export async function countOpenSegments(tx: Tx, jobId: string): Promise<number> {
  return tx.jobSegment.count({ where: { disk: { jobId }, state: { not: "done" } } });
}

export interface WorkSegment {
  readonly id: string;
  readonly segment: number;
  readonly state: string;
  readonly extents: readonly ExtentTuple[];
  /** What Azure lists as changed, when the segment confirms that list. */
  readonly claimed: readonly ExtentTuple[] | null;
  readonly disk: WorkDisk;
}

export async function loadSegment(
  tx: Tx,
  { jobId, diskKey, segment }: { jobId: string; diskKey: string; segment: number },
): Promise<WorkSegment | null> {
  const row = await tx.jobSegment.findFirst({
    where: { segment, disk: { jobId, diskKey } },
    include: { disk: true },
  });
  if (row === null) return null;
  return {
    id: row.id,
    segment: row.segment,
    state: row.state,
    extents: extentsSchema.parse(row.extents),
    claimed: extentsSchema.nullable().parse(row.claimed),
    disk: toWorkDisk(row.disk),
  };
}

/** Marks a segment as running and resets the counters of an earlier try. Does not change a segment that is done. */
export async function startSegment(tx: Tx, segment: WorkSegment, at: Date): Promise<void> {
  await countProgress(tx, segment, noStats);
  await tx.jobSegment.updateMany({
    where: { id: segment.id, state: { not: "done" } },
    data: { state: "running", startedAt: at },
  });
  await tx.jobDisk.updateMany({
    where: { id: segment.disk.id, state: "waiting" },
    data: { state: "running", startedAt: at },
  });
}

/**
 * Sets a segment's counters and adds the difference to those of its disk. A segment that is done keeps its counters, even
 * while a second worker still moves it: the manifest may already contain them.
 * @returns false when the segment is done
 */
export async function countProgress(
  tx: Tx,
  segment: Pick<WorkSegment, "id" | "disk">,
  stats: TransferStats,
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ stats: unknown; state: string }[]>`
    SELECT stats, state FROM "JobSegment" WHERE id = ${segment.id}::uuid FOR UPDATE`;
  if (row === undefined || row.state === "done") return false;
  const before = row.stats ? transferStatsSchema.parse(row.stats) : noStats;
  await tx.jobSegment.update({ where: { id: segment.id }, data: { stats: toJson(stats) } });
  await tx.jobDisk.update({
    where: { id: segment.disk.id },
    data: {
      readBytes: { increment: BigInt(stats.readBytes - before.readBytes) },
      changedBytes: { increment: BigInt(stats.changedBytes - before.changedBytes) },
      movedBytes: { increment: BigInt(stats.movedBytes - before.movedBytes) },
      storedBytes: { increment: BigInt(stats.storedBytes - before.storedBytes) },
      chunksNew: { increment: stats.chunksNew - before.chunksNew },
      chunksReused: { increment: stats.chunksReused - before.chunksReused },
    },
  });
  return true;
}

/**
 * Records the result of a segment, which must be durable in the vault. When two workers moved the segment, the first one wins.
 * @returns the number of open segments of the job, and the caller that gets 0 wakes the job; null when nothing was recorded,
 * because the job no longer runs or was planned again
 */
export async function finishSegment(
  tx: Tx,
  segment: WorkSegment,
  result: {
    readonly node: string | null;
    readonly stats: TransferStats;
    readonly at: Date;
    /** What Azure's list omitted. */
    readonly omitted?: { readonly blocks: number; readonly firstOffset: number } | null;
    /** What a verification found, and what a restore that skips damage could not read. */
    readonly found?: VerifyFound | MissingRanges;
  },
): Promise<number | null> {
  // The lock on the job's row serializes its last segments, so that exactly one of them gets 0.
  const running = await tx.$queryRaw<unknown[]>`
    SELECT id FROM "Job" WHERE id = ${segment.disk.jobId}::uuid AND state = 'running' FOR NO KEY UPDATE`;
  if (running.length === 0) return null;
  if (await countProgress(tx, segment, result.stats)) {
    await tx.jobSegment.update({
      where: { id: segment.id },
      data: {
        state: "done",
        node: result.node,
        endedAt: result.at,
        ...(result.omitted ? { omitted: toJson(result.omitted) } : {}),
        ...(result.found === undefined ? {} : { found: toJson(result.found) }),
      },
    });
  } else if ((await tx.jobSegment.count({ where: { id: segment.id } })) === 0) return null;
  const openOfDisk = await tx.jobSegment.count({
    where: { jobDiskId: segment.disk.id, state: { not: "done" } },
  });
  if (openOfDisk === 0) {
    await tx.jobDisk.update({ where: { id: segment.disk.id }, data: { state: "done", endedAt: result.at } });
  }
  return countOpenSegments(tx, segment.disk.jobId);
}

/** Whether the job runs and its current plan has this segment, not yet moved. */
export async function isSegmentOpen(
  tx: Tx,
  { jobId, diskKey, segment }: { jobId: string; diskKey: string; segment: number },
): Promise<boolean> {
  const disk = { jobId, diskKey, job: { state: "running" } };
  return (await tx.jobSegment.count({ where: { segment, disk, state: { not: "done" } } })) > 0;
}

/** Marks disks without segments as done. */
export async function finishEmptyDisks(tx: Tx, jobId: string, at: Date): Promise<void> {
  await tx.jobDisk.updateMany({
    where: { jobId, state: "waiting", segments: { none: {} } },
    data: { state: "done", startedAt: at, endedAt: at },
  });
}

/** Node references of the finished segments of a disk, by segment number. */
export async function listSegmentNodes(tx: Tx, jobDiskId: string): Promise<Map<number, string | null>> {
  const rows = await tx.jobSegment.findMany({
    where: { jobDiskId, state: "done" },
    select: { segment: true, node: true },
  });
  return new Map(rows.map((row) => [row.segment, row.node]));
}

export async function setDiskRoot(
  tx: Tx,
  jobDiskId: string,
  sealed: { readonly root: string | null; readonly rootDigest: string; readonly storedBytes: number },
): Promise<void> {
  // The root is written once: sealing again after a crash must not count its bytes twice.
  await tx.jobDisk.updateMany({
    where: { id: jobDiskId, rootDigest: null },
    data: {
      root: sealed.root,
      rootDigest: sealed.rootDigest,
      storedBytes: { increment: BigInt(sealed.storedBytes) },
    },
  });
}
