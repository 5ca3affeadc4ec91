import {
  approvalLimits,
  consistencies,
  pointSorts,
  pointStates,
  SAMPLE_PERCENT,
  sortDirections,
  verifyModes,
} from "@kluis/domain";
import { z } from "zod";
import { approvalReason, requestFields } from "../approvals/inputs.ts";
import { instant, paging, pointRef, search, vmRef } from "../inputs.ts";

export const listPointsInput = z
  .strictObject({
    ...paging,
    search,
    vm: vmRef.optional(),
    /** Without it: every state but deleted. */
    state: z.array(z.enum(pointStates)).max(pointStates.length).optional(),
    /** Only pinned points. */
    pinned: z.literal(true).optional(),
    /** What the vault with this id holds, second copies too. */
    vault: z.uuid().optional(),
    consistency: z.array(z.enum(consistencies)).max(3).optional(),
    from: instant.optional(),
    to: instant.optional(),
    sort: z.enum(pointSorts).default("takenAt"),
    direction: z.enum(sortDirections).default("desc"),
  })
  .prefault({});
export type ListPointsInput = z.infer<typeof listPointsInput>;

export const pointInput = z.strictObject({ point: pointRef });

export const verifyPointInput = z.strictObject({
  point: pointRef,
  mode: z.enum(verifyModes).default("quick"),
  /** The part of the point that a sampled verification reads; it begins where the last one ended. */
  percent: z.int().min(1).max(100).default(SAMPLE_PERCENT),
});
export type VerifyPointInput = z.infer<typeof verifyPointInput>;

/** A point, and why it is pinned. */
export const reasonedPointInput = z.strictObject({ point: pointRef, reason: approvalReason });
export type ReasonedPointInput = z.infer<typeof reasonedPointInput>;

export const unpinPointInput = reasonedPointInput.extend(requestFields);
export type UnpinPointInput = z.infer<typeof unpinPointInput>;

export const deletePointsInput = z.strictObject({
  points: z.array(pointRef).min(1).max(approvalLimits.pointsMost),
  reason: approvalReason,
  ...requestFields,
});
export type DeletePointsInput = z.infer<typeof deletePointsInput>;
