import { bulkItemStates, bulkKinds, bulkLimits, bulkStates, textLine } from "@kluis/domain";
import { z } from "zod";
import { maybeRequested } from "../approvals/inputs.ts";
import { paging, policyRef, vmRef } from "../inputs.ts";
import { vmFilter } from "../vms/inputs.ts";

/** VMs by name or id, or all that match a filter of the list. */
const selection = z.union([
  z.strictObject({ vms: z.array(vmRef).min(1).max(bulkLimits.namedMost).readonly() }),
  z.strictObject({ filter: z.strictObject(vmFilter) }),
]);
export type Selection = z.infer<typeof selection>;

const action = {
  kind: z.enum(bulkKinds),
  /** For `protect` and `change-policy`. */
  policy: policyRef.optional(),
  selection,
};

export const startBulkInput = z.strictObject({
  ...action,
  /** How many VMs the user saw: CONFLICT when they are another number by now. */
  expected: z.int().min(1).max(bulkLimits.itemsMost).optional(),
  /** The number of VMs, typed again, for `stop-delete`. */
  confirm: textLine.max(20).optional(),
  ...maybeRequested,
});
export type StartBulkInput = z.infer<typeof startBulkInput>;

export const previewBulkInput = z.strictObject({
  ...action,
  reason: maybeRequested.reason,
  /** How many VMs were judged before. */
  cursor: z.int().min(0).max(bulkLimits.itemsMost).default(0),
  /** Sent by tRPC's infinite queries, which the portal uses. */
  direction: z.literal("forward").optional(),
});
export type PreviewBulkInput = z.infer<typeof previewBulkInput>;

/** A bulk action by id or by a unique prefix of its id. */
const bulkRef = textLine.min(1).max(40);

export const bulkInput = z.strictObject({ bulk: bulkRef });

export const getBulkInput = z.strictObject({
  bulk: bulkRef,
  ...paging,
  /** Only items in these states. */
  state: z.array(z.enum(bulkItemStates)).max(bulkItemStates.length).optional(),
});
export type GetBulkInput = z.infer<typeof getBulkInput>;

export const listBulkInput = z
  .strictObject({
    ...paging,
    state: z.array(z.enum(bulkStates)).max(bulkStates.length).optional(),
    /** Only one's own. */
    own: z.boolean().optional(),
  })
  .prefault({});
export type ListBulkInput = z.infer<typeof listBulkInput>;
