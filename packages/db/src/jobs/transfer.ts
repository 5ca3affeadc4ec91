/** Disks and segments of a job: the plan, who works on what, and how far it is. */
import { z } from "zod";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";
import { asJson } from "./work.ts";

const deltaMethods = ["full", "changed-ranges", "digest-comparison"] as const;
export type DeltaName = (typeof deltaMethods)[number];
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

export interface WorkDisk {
  readonly id: string;
  readonly jobId: string;
  readonly diskKey: string;
  readonly name: string;
  readonly resourceId: string;
  readonly diskUniqueId: string;
  readonly sku: string;
  readonly diskBytes: number;
  readonly state: string;
  readonly deltaMethod: DeltaName | null;
  readonly deltaReason: string | null;
  readonly baseNode: string | null;
  readonly plannedBytes: number;
  readonly root: string | null;
  readonly rootDigest: string | null;
  readonly stats: TransferStats;
}

export interface NewJobDisk {
  readonly diskKey: string;
  readonly name: string;
  readonly resourceId: string;
  readonly diskUniqueId: string;
  readonly sku: string;
  readonly diskBytes: number;
}

/** Adds the disks of a job; those that are there stay. */
export async function addJobDisks(tx: Tx, jobId: string, disks: readonly NewJobDisk[]): Promise<void> {
  await tx.jobDisk.createMany({
    data: disks.map((disk) => ({ ...disk, id: newId(), jobId, diskBytes: BigInt(disk.diskBytes) })),
    skipDuplicates: true,
  });
}

export async function listJobDisks(tx: Tx, jobId: string): Promise<WorkDisk[]> {
  const rows = await tx.jobDisk.findMany({ where: { jobId }, orderBy: { diskKey: "asc" } });
  return rows.map(toWorkDisk);
}

type DiskRow = NonNullable<Awaited<ReturnType<Tx["jobDisk"]["findUnique"]>>>;

function toWorkDisk(row: DiskRow): WorkDisk {
  return {
    id: row.id,
    jobId: row.jobId,
    diskKey: row.diskKey,
    name: row.name,
    resourceId: row.resourceId,
    diskUniqueId: row.diskUniqueId,
    sku: row.sku,
    diskBytes: safe(row.diskBytes),
    state: row.state,
    deltaMethod: row.deltaMethod === null ? null : z.enum(deltaMethods).parse(row.deltaMethod),
    deltaReason: row.deltaReason,
    baseNode: row.baseNode,
    plannedBytes: safe(row.plannedBytes),
    root: row.root,
    rootDigest: row.rootDigest,
    stats: {
      readBytes: safe(row.readBytes),
      changedBytes: safe(row.changedBytes),
      movedBytes: safe(row.movedBytes),
      storedBytes: safe(row.storedBytes),
      chunksNew: row.chunksNew,
      chunksReused: row.chunksReused,
    },
  };
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError("A byte count is beyond what a number holds.");
  return number;
}

export interface NewSegment {
  readonly segment: number;
  readonly extents: readonly ExtentTuple[];
}

/** Adds planned segments; a plan that is made again after a crash first calls `clearPlan`. */
export async function addSegments(tx: Tx, jobDiskId: string, segments: readonly NewSegment[]): Promise<void> {
  await tx.jobSegment.createMany({
    data: segments.map(({ segment, extents }) => ({
      id: newId(),
      jobDiskId,
      segment,
      extents: asJson(extents),
    })),
  });
}

export async function clearPlan(tx: Tx, jobDiskId: string): Promise<void> {
  await tx.jobSegment.deleteMany({ where: { jobDiskId } });
}

/** A disk's plan is complete: how its delta is found and how much will be read. */
export async function setDiskPlan(
  tx: Tx,
  jobDiskId: string,
  plan: {
    readonly method: DeltaName | null;
    readonly reason: string | null;
    readonly baseNode: string | null;
    readonly plannedBytes: number;
  },
): Promise<void> {
  await tx.jobDisk.update({
    where: { id: jobDiskId },
    data: {
      deltaMethod: plan.method,
      deltaReason: plan.reason,
      baseNode: plan.baseNode,
      plannedBytes: BigInt(plan.plannedBytes),
    },
  });
}

/** Segments that are not done, in an order that keeps all disks busy: first segments of every disk first. */
export async function listOpenSegments(
  tx: Tx,
  jobId: string,
): Promise<{ diskKey: string; segment: number }[]> {
  const rows = await tx.jobSegment.findMany({
    where: { disk: { jobId }, state: { not: "done" } },
    orderBy: [{ segment: "asc" }, { disk: { diskKey: "asc" } }],
    select: { segment: true, disk: { select: { diskKey: true } } },
  });
  return rows.map((row) => ({ diskKey: row.disk.diskKey, segment: row.segment }));
}

export async function countOpenSegments(tx: Tx, jobId: string): Promise<number> {
  return tx.jobSegment.count({ where: { disk: { jobId }, state: { not: "done" } } });
}

/** An open segment that nothing will move. */
export interface LostSegment {
  readonly diskKey: string;
  readonly segment: number;
  /** True: its task is in the queue and has no tries left. False: it has no task. */
  readonly exhausted: boolean;
}

/**
 * Open segments of a job that no task in the queue will ever move. A worker that fails hands its task on before it lets go, so
 * normally there are none; a process that is killed uses up a try, and a queue that was emptied by hand leaves segments behind.
 * @param task the name of the task that moves them; keys are those of `taskKey` (domain/job.ts)
 */
export async function listLostSegments(
  tx: Tx,
  jobId: string,
  task: "backup.segment" | "restore.segment",
): Promise<LostSegment[]> {
  const rows = await tx.$queryRaw`
    SELECT disk."diskKey", part.segment, queued.key IS NOT NULL AS exhausted
    FROM "JobSegment" part JOIN "JobDisk" disk ON disk.id = part."jobDiskId"
    LEFT JOIN graphile_worker.jobs queued
      ON queued.key = ${task}::text || ':' || disk."jobId"::text || ':' || disk."diskKey" || ':' || part.segment::text
    WHERE disk."jobId" = ${jobId}::uuid AND part.state <> 'done'
      AND (queued.key IS NULL OR (queued.locked_at IS NULL AND queued.attempts >= queued.max_attempts))
    ORDER BY part.segment, disk."diskKey"`;
  return z.array(z.object({ diskKey: z.string(), segment: z.number(), exhausted: z.boolean() })).parse(rows);
}

export interface WorkSegment {
  readonly id: string;
  readonly segment: number;
  readonly state: string;
  readonly extents: readonly ExtentTuple[];
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
    disk: toWorkDisk(row.disk),
  };
}

/**
 * A segment begins, again after a crash if need be: what an earlier try had counted is taken back from the disk.
 * One that is done stays as it is.
 */
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
 * Sets a segment's counters to `stats` and the disk's by the difference. A second worker may still move a segment that the
 * first has finished: what is done keeps its figures, which stand in the manifest by then.
 * @returns false when the segment was done already
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
  await tx.jobSegment.update({ where: { id: segment.id }, data: { stats: asJson(stats) } });
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
 * A segment's result is durable in the vault: writes it down once. Of two workers that moved it at once the first one's counts.
 * @returns how many segments of the job are still open; the caller that sees 0 wakes the job
 */
export async function finishSegment(
  tx: Tx,
  segment: WorkSegment,
  result: { readonly node: string | null; readonly stats: TransferStats; readonly at: Date },
): Promise<number> {
  // The job's row orders the last segments of a job, so that exactly one of them sees none left.
  await tx.$queryRaw`SELECT id FROM "Job" WHERE id = ${segment.disk.jobId}::uuid FOR UPDATE`;
  if (await countProgress(tx, segment, result.stats)) {
    await tx.jobSegment.update({
      where: { id: segment.id },
      data: { state: "done", node: result.node, endedAt: result.at },
    });
  }
  const openOfDisk = await tx.jobSegment.count({
    where: { jobDiskId: segment.disk.id, state: { not: "done" } },
  });
  if (openOfDisk === 0) {
    await tx.jobDisk.update({ where: { id: segment.disk.id }, data: { state: "done", endedAt: result.at } });
  }
  return countOpenSegments(tx, segment.disk.jobId);
}

/** A disk without any segment to move is done when the transfer begins. */
export async function finishEmptyDisks(tx: Tx, jobId: string, at: Date): Promise<void> {
  await tx.jobDisk.updateMany({
    where: { jobId, state: "waiting", segments: { none: {} } },
    data: { state: "done", startedAt: at, endedAt: at },
  });
}

/** Results of a disk's segments: the part of the chunk map of each segment that was moved. */
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
  // Sealing again after a crash must not count its bytes twice: the root is written once.
  await tx.jobDisk.updateMany({
    where: { id: jobDiskId, rootDigest: null },
    data: {
      root: sealed.root,
      rootDigest: sealed.rootDigest,
      storedBytes: { increment: BigInt(sealed.storedBytes) },
    },
  });
}
