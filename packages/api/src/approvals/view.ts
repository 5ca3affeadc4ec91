/** The schemas of requests for a second person as the API sends them. */
import { approvalRow as storedRow } from "@kluis/db";
import {
  approvalCancelReasons,
  approvalEffectSchema,
  countView,
  decisionRefusals,
  instantView,
  pageView,
  refView,
} from "@kluis/domain";
import { z } from "zod";

/** The users who could decide. */
const deciders = z.object({
  /** Of those who have signed in; 0: no one can. */
  count: countView,
  /** There are more than were counted. */
  hasMore: z.boolean(),
});

/** A request that was made instead of the operation. */
export const approvalAsked = z.object({
  id: z.string(),
  expiresAt: instantView,
  /** True: the same was requested before, and still waits. */
  existed: z.boolean(),
  deciders,
});
export type ApprovalAsked = z.infer<typeof approvalAsked>;

/** The answer of an operation that always needs a second person. */
export const onlyAsked = z.object({ requested: approvalAsked });
export type OnlyAsked = z.infer<typeof onlyAsked>;

/** Null where the viewer does not see every VM: the counts include the others. */
const visibleEffect = approvalEffectSchema.nullable();

export const approvalListRow = storedRow.omit({ seesAll: true, changes: true, requesterId: true }).extend({
  effect: visibleEffect,
  /** Whether the user made it. */
  own: z.boolean(),
  can: z.object({ decide: z.boolean(), withdraw: z.boolean() }),
});

export const approvalPage = pageView(approvalListRow);

export const approvalView = approvalListRow.extend({
  /** Why the user may not decide; null when they may, and when it does not wait. */
  refusal: z.enum(decisionRefusals).nullable(),
  /** Null when it does not wait. */
  deciders: deciders.nullable(),
  /** What it would do now; null when it does not wait. */
  now: z
    .object({
      effect: visibleEffect,
      /** Send it back with the decision. */
      seen: z.string(),
      /** Why an approval would end the request instead. */
      cancels: z.enum(approvalCancelReasons).nullable(),
    })
    .nullable(),
  /** What a change of configuration writes into the ledger: now, while it waits. Null for the other kinds. */
  changes: storedRow.shape.changes,
  /** Points that it names and the user sees; the first ones. */
  points: z.array(z.object({ id: z.string(), vm: refView, takenAt: instantView })),
});

export const approvalSummary = z.object({
  /** Requests that the user may decide, up to 100. */
  toDecide: countView,
  /** When the first of them expires. */
  soonest: instantView.nullable(),
  /** Requests of the user that wait. */
  own: countView,
  /** Requests of the user that others, or time, ended in the last day. */
  ended: countView,
  /** Approved changes that the user can make, and has not. */
  permits: countView,
});
