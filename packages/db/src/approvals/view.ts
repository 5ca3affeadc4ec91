/** Requests for a second person as JSON. */
import {
  actorView,
  approvalCancelReasons,
  approvalEffectSchema,
  approvalKinds,
  approvalStates,
  countView,
  errorView,
  instantView,
  ledgerKinds,
  ledgerTargetTypes,
  refView,
} from "@kluis/domain";
import { z } from "zod";

const target = z.object({ type: z.enum(ledgerTargetTypes), id: z.string(), name: z.string() });

/** One event that a change of configuration would write. */
export const changeFacts = z.object({
  kind: z.enum(ledgerKinds),
  target,
  data: z.record(z.string(), z.json()),
});
export type ChangeFacts = z.infer<typeof changeFacts>;

/** A request with what the viewer sees of it. */
export const approvalRow = z.object({
  id: z.string(),
  kind: z.enum(approvalKinds),
  /** As of now: a request whose time is over has expired. */
  state: z.enum(approvalStates),
  /** What it is about; null when that is a VM or its points. */
  target: target.nullable(),
  /** The first VMs of those that it affects and the viewer sees, by name, and how many they are. */
  vms: z.array(refView),
  vmCount: countView,
  /** Whether it affects no other VM. */
  seesAll: z.boolean(),
  /** What it would have done when it was made, or did; the counts include VMs that the viewer does not see. */
  effect: approvalEffectSchema,
  /** What a change of configuration would write into the ledger; null for the other kinds. */
  changes: z.array(changeFacts).nullable(),
  requesterId: z.string(),
  requester: actorView,
  reason: z.string(),
  ticket: z.string().nullable(),
  createdAt: instantView,
  expiresAt: instantView,
  endedAt: instantView.nullable(),
  decider: actorView.nullable(),
  /** What the decider wrote. */
  comment: z.string().nullable(),
  /** Why Kluis canceled it. */
  endReason: z.enum(approvalCancelReasons).nullable(),
  /** Why it was refused after its approval. */
  error: errorView.nullable(),
  /** Until when the requester may make the approved change, once; null where the approval makes it. */
  permitUntil: instantView.nullable(),
  permitUsedAt: instantView.nullable(),
});
export type ApprovalRow = z.infer<typeof approvalRow>;
