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
  ledgerTargetTypes,
  refView,
} from "@kluis/domain";
import { z } from "zod";

/** A request with what the viewer sees of it. */
export const approvalRow = z.object({
  id: z.string(),
  kind: z.enum(approvalKinds),
  /** As of now: a request whose time is over has expired. */
  state: z.enum(approvalStates),
  /** What it is about; null when that is a VM or its points. */
  target: z.object({ type: z.enum(ledgerTargetTypes), id: z.string(), name: z.string() }).nullable(),
  /** The first VMs of those that it affects and the viewer sees, by name, and how many they are. */
  vms: z.array(refView),
  vmCount: countView,
  /** Whether it affects no other VM. */
  seesAll: z.boolean(),
  /** What it would have done when it was made, or did; the counts include VMs that the viewer does not see. */
  effect: approvalEffectSchema,
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
});
export type ApprovalRow = z.infer<typeof approvalRow>;
