import { countView, diskKeySchema, instantView, refView } from "@kluis/domain";
import { z } from "zod";

export const protectionView = z.object({
  vm: refView,
  policy: refView,
  excludedDisks: z.array(diskKeySchema),
  /** The first backup; null when a backup was running already, or when only policy or disks changed. */
  jobId: z.string().nullable(),
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
});
