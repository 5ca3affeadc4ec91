/**
 * The plan of a disk: which segments to move, stored slice by slice with the position that the planning has reached, so that a
 * killed or slow planning continues where it was.
 */
import {
  type DeltaMethod,
  type Notice,
  noticeText,
  type StoredNotice,
  safeBytes,
  storedNoticeSchema,
} from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import { toJson, toJsonOrNull } from "../json.ts";
import type { Tx } from "../tx.ts";
import { type PlanList, planLists } from "./plan-list.ts";
import type { ExtentTuple, NewSegment } from "./transfer.ts";

/** `list` is null before planning begins. */
export interface PlanProgress {
  readonly list: PlanList | null;
  /** Bytes from the start of the disk that are planned. */
  readonly to: number;
  readonly plannedBytes: number;
  /** Why the changes are not taken from a list. */
  readonly notice: StoredNotice | null;
  readonly isDone: boolean;
}

export interface NewPlannedSegment extends NewSegment {
  /** What Azure lists as changed, when the segment confirms that list. */
  readonly claimed?: readonly ExtentTuple[];
}

export async function readPlan(tx: Tx, jobDiskId: string): Promise<PlanProgress> {
  const row = await tx.jobDisk.findUniqueOrThrow({
    where: { id: jobDiskId },
    select: { planList: true, plannedTo: true, plannedBytes: true, deltaMethod: true, deltaNotice: true },
  });
  return {
    list: row.planList === null ? null : z.enum(planLists).parse(row.planList),
    to: safeBytes(row.plannedTo),
    plannedBytes: safeBytes(row.plannedBytes),
    notice: storedNoticeSchema.parse(row.deltaNotice),
    isDone: row.deltaMethod !== null,
  };
}

/**
 * Begins the plan of a disk, or begins it again from another list: removes what was planned before.
 * @param plan `instead` is the list that the plan has now
 * @returns false, and stores nothing, when the plan has another list or is done
 */
export async function beginPlan(
  tx: Tx,
  jobDiskId: string,
  plan: { readonly list: PlanList; readonly notice: Notice | null; readonly instead: PlanList | null },
): Promise<boolean> {
  const { count } = await tx.jobDisk.updateMany({
    where: { id: jobDiskId, deltaMethod: null, planList: plan.instead },
    data: {
      planList: plan.list,
      plannedTo: 0n,
      plannedBytes: 0n,
      deltaReason: plan.notice === null ? null : noticeText(plan.notice),
      deltaNotice: toJsonOrNull(plan.notice),
    },
  });
  if (count > 0) await tx.jobSegment.deleteMany({ where: { jobDiskId } });
  return count > 0;
}

export interface PlanSlice {
  readonly list: PlanList;
  /** Bytes from the start of the disk; both are the start or end of a segment, or the end of the disk. */
  readonly from: number;
  readonly to: number;
  readonly segments: readonly NewPlannedSegment[];
  /** Bytes to read in these segments. */
  readonly dataBytes: number;
}

/**
 * Stores the next slice of a plan.
 * @returns false, and stores nothing, when the plan is not at `from` anymore: another process planned meanwhile
 */
export async function addPlanSlice(tx: Tx, jobDiskId: string, slice: PlanSlice): Promise<boolean> {
  const { list, from, to, segments, dataBytes } = slice;
  const { count } = await tx.jobDisk.updateMany({
    where: { id: jobDiskId, deltaMethod: null, planList: list, plannedTo: BigInt(from) },
    data: { plannedTo: BigInt(to), plannedBytes: { increment: BigInt(dataBytes) } },
  });
  if (count === 0) return false;
  await tx.jobSegment.createMany({
    data: segments.map(({ segment, extents, claimed }) => ({
      id: newId(),
      jobDiskId,
      segment,
      extents: toJson(extents),
      ...(claimed === undefined ? {} : { claimed: toJson(claimed) }),
    })),
  });
  return true;
}

/** Ends the plan of a disk with its method. Nothing happens unless all of the disk is planned from this list. */
export async function finishPlan(
  tx: Tx,
  jobDiskId: string,
  plan: {
    readonly list: PlanList;
    readonly diskBytes: number;
    readonly method: DeltaMethod;
    readonly baseNode: string | null;
  },
): Promise<void> {
  await tx.jobDisk.updateMany({
    where: { id: jobDiskId, deltaMethod: null, planList: plan.list, plannedTo: BigInt(plan.diskBytes) },
    data: { deltaMethod: plan.method, baseNode: plan.baseNode },
  });
}

/** What the finished segments of a disk found missing in Azure's list; null when it was complete. */
export async function omittedBlocks(
  tx: Tx,
  jobDiskId: string,
): Promise<{ readonly blocks: number; readonly firstOffset: number } | null> {
  const rows = await tx.$queryRaw`
    SELECT coalesce(sum((omitted->>'blocks')::bigint), 0)::float8 AS blocks,
      coalesce(min((omitted->>'firstOffset')::bigint), 0)::float8 AS "firstOffset"
    FROM "JobSegment" WHERE "jobDiskId" = ${jobDiskId}::uuid AND jsonb_typeof(omitted) = 'object'`;
  const [found] = z.array(z.object({ blocks: z.number(), firstOffset: z.number() })).parse(rows);
  return found === undefined || found.blocks === 0 ? null : found;
}
