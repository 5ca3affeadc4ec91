import { countView, diskKeySchema, instantView, refView } from "@kluis/domain";
import { z } from "zod";
import { approvalAsked } from "../approvals/view.ts";
import { violationView } from "../guardrails/view.ts";

export const protectionView = z.object({
  vm: refView,
  policy: refView,
  excludedDisks: z.array(diskKeySchema),
  /** The first backup; null when a backup was running already, or when only policy or disks changed. */
  jobId: z.string().nullable(),
  /** Set: nothing was done, because points would go; a second person must approve it. */
  requested: approvalAsked.nullable(),
});

/** What the points of a VM lose when it comes under a policy. */
export const protectionPreview = z.object({
  vm: refView,
  policy: refView,
  /** Points that rules keep or remove. */
  points: countView,
  /** Points that go at once. */
  removed: countView,
  /** Points that are kept for a shorter time than now. */
  sooner: countView,
  /** For how many days the policy lets removed points come back. */
  undoDays: countView,
  /** The newest of the points that go. */
  rows: z.array(z.object({ id: z.string(), takenAt: instantView })),
  /** Whether the user may shorten the retention of the VM. */
  allowed: z.boolean(),
  /** Whether the team of the policy reaches the VM. */
  inReach: z.boolean(),
  /** Guardrails that the policy does not keep: it may not get a VM. */
  violations: violationView.array(),
  /** Whether the policy takes no virtual machines anymore. */
  retired: z.boolean(),
});

export const listsAllowedView = z.object({
  vm: refView,
  /** The name of the disk. */
  disk: z.string(),
  /** False when the lists of the disk were not turned off. */
  changed: z.boolean(),
});

export const stoppedView = z.object({
  vm: refView,
  /** The recovery points that were deleted, and those that stay because they are pinned; null: all are kept. */
  deleted: z.object({ points: countView, pinned: countView, purgeAt: instantView }).nullable(),
  /** Set: nothing was done, a second person must approve the deletion. */
  requested: approvalAsked.nullable(),
});
