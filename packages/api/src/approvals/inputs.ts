import { approvalKinds, approvalLimits, approvalStates, textLine } from "@kluis/domain";
import { z } from "zod";
import { paging, pointRef, policyRef, vmRef } from "../inputs.ts";

/** What a dangerous operation may say about its request, beside its reason. */
export const requestFields = {
  /** A reference to a ticket of the organization. */
  ticket: textLine.max(approvalLimits.ticketLength).optional(),
  /** Hours until the request expires. */
  expiresInHours: z
    .int()
    .min(approvalLimits.hoursLeast)
    .max(approvalLimits.hoursMost)
    .default(approvalLimits.hours),
};

/** Why something that can need a second person is done. */
export const approvalReason = textLine.min(3, "Give a reason of at least three characters.").max(500);

/** The same for an operation that needs a reason only when it takes points. */
export const maybeRequested = { reason: textLine.max(500).default(""), ...requestFields };

/** A request by id or by a unique prefix of its id. */
const approvalRef = textLine.min(1).max(40);

export const approvalInput = z.strictObject({ approval: approvalRef });

export const approveInput = z.strictObject({
  approval: approvalRef,
  /** `now.seen` of the request as the decider read it: CONFLICT when it would do something else by now. */
  seen: textLine.min(1).max(100),
  comment: textLine.max(500).optional(),
});
export type ApproveInput = z.infer<typeof approveInput>;

export const rejectInput = z.strictObject({ approval: approvalRef, comment: approvalReason });
export type RejectInput = z.infer<typeof rejectInput>;

export const listApprovalsInput = z
  .strictObject({
    ...paging,
    state: z.array(z.enum(approvalStates)).max(approvalStates.length).optional(),
    kind: z.array(z.enum(approvalKinds)).max(approvalKinds.length).optional(),
    vm: vmRef.optional(),
    point: pointRef.optional(),
    policy: policyRef.optional(),
    /** Only one's own, or only those that one may decide. */
    of: z.enum(["me", "to-decide"]).optional(),
  })
  .prefault({});
export type ListApprovalsInput = z.infer<typeof listApprovalsInput>;
