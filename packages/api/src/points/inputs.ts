import {
  consistencies,
  pointSorts,
  pointStates,
  SAMPLE_PERCENT,
  sortDirections,
  textLine,
  verifyModes,
} from "@kluis/domain";
import { z } from "zod";
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

const reason = textLine.min(3, "Give a reason of at least three characters.").max(500);

/** A point, and why: to delete, pin or unpin it. */
export const reasonedPointInput = z.strictObject({ point: pointRef, reason });
export type ReasonedPointInput = z.infer<typeof reasonedPointInput>;
