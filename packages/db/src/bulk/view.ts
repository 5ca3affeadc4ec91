/** Bulk actions as JSON. */
import {
  actorView,
  bulkItemStates,
  bulkKinds,
  bulkStates,
  countView,
  errorView,
  instantView,
  refView,
} from "@kluis/domain";
import { z } from "zod";

/** Counts of items by state. */
export const bulkCounts = z.object({
  waiting: countView,
  done: countView,
  requested: countView,
  refused: countView,
  failed: countView,
  cancelled: countView,
}) satisfies z.ZodType<Record<(typeof bulkItemStates)[number], number>>;

/** A bulk action with what the viewer sees of it: VMs that they do not see are not counted. */
export const bulkRow = z.object({
  id: z.string(),
  kind: z.enum(bulkKinds),
  state: z.enum(bulkStates),
  policy: refView.nullable(),
  reason: z.string(),
  ticket: z.string().nullable(),
  starterId: z.string(),
  starter: actorView,
  createdAt: instantView,
  cancelledAt: instantView.nullable(),
  cancelledBy: actorView.nullable(),
  endedAt: instantView.nullable(),
  counts: bulkCounts,
});
export type BulkRow = z.infer<typeof bulkRow>;

/** A VM of a bulk action. */
export const bulkItemRow = z.object({
  ordinal: z.int(),
  vm: refView,
  state: z.enum(bulkItemStates),
  /** Why it was refused, or failed. */
  error: errorView.nullable(),
  jobId: z.string().nullable(),
  approvalId: z.string().nullable(),
  endedAt: instantView.nullable(),
});
export type BulkItemRow = z.infer<typeof bulkItemRow>;
