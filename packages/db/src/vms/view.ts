/** Schemas of virtual machines as the database yields them and the API sends them. */
import {
  bytesView,
  consistencySchema,
  countView,
  errorView,
  historyStatuses,
  instantView,
  jobKinds,
  jobStages,
  jobStates,
  refView,
  switchStates,
  type VmStatus,
  vmFactsSchema,
  vmStatuses,
} from "@kluis/domain";
import { z } from "zod";

/** A VM with what Azure says (all of `vmFactsSchema`) and the state of its protection. */
export const vmView = z.object({
  ...vmFactsSchema.omit({ subscriptionId: true }).shape,
  id: z.string(),
  subscription: refView,
  /** The connection that reads the subscription; null: none. No backup starts unless it is enabled. */
  connection: refView.extend({ state: z.enum(switchStates) }).nullable(),
  diskCount: countView,
  diskBytes: bytesView,
  firstSeenAt: instantView,
  lastSeenAt: instantView,
  /** When it was found missing from Azure. */
  deletedAt: instantView.nullable(),
  /** Why Kluis could not read it from Azure, or store it, whole, and since when; null when it could. */
  problem: errorView.nullable(),
  problemSince: instantView.nullable(),
  status: z.enum(vmStatuses),
  policy: refView.nullable(),
  protectedSince: instantView.nullable(),
  /** Keys of the disks that the protection leaves out. */
  excludedDisks: z.array(z.string()),
  /** The newest recovery point that can be restored. */
  lastPoint: z.object({ id: z.string(), takenAt: instantView, consistency: consistencySchema }).nullable(),
  /** Points that can be restored. */
  pointCount: countView,
  /** Deleted points that can be brought back. */
  softDeletedCount: countView,
  /** Until when the first of them can be; null without one. */
  undoUntil: instantView.nullable(),
  /** Points that are pinned: they are in `pointCount` too. */
  pinnedCount: countView,
  /** Whether the VM ever had a recovery point, deleted ones included. */
  hasHadPoints: z.boolean(),
  activeJob: z
    .object({ id: z.string(), kind: z.enum(jobKinds), state: z.enum(jobStates), stage: z.enum(jobStages) })
    .nullable(),
  /** Why the last backup failed; null when it succeeded or there was none. */
  lastError: errorView.nullable(),
});
export type VmView = z.infer<typeof vmView>;

/** A VM in a list. */
export const vmRow = vmView.omit({ azureVmId: true, firstSeenAt: true, lastSeenAt: true });
export type VmRow = z.infer<typeof vmRow>;

/** The number of VMs by status. */
export const vmCountsView = z.object({
  failing: countView,
  "at-risk": countView,
  unprotected: countView,
  waiting: countView,
  protected: countView,
  stopped: countView,
  deleted: countView,
} satisfies Record<VmStatus, z.ZodType>);
export type VmCountsView = z.infer<typeof vmCountsView>;

/** Values that occur among the visible VMs, for filters. */
export const vmFacetsView = z.object({
  subscriptions: z.array(refView),
  resourceGroups: z.array(z.string()),
  policies: z.array(refView),
});
export type VmFacetsView = z.infer<typeof vmFacetsView>;

/** The backups of one calendar day; the worst thing that happened is the status. */
export const historyDayView = z.object({
  /** In UTC, `YYYY-MM-DD`. */
  day: z.string(),
  status: z.enum(historyStatuses),
  succeeded: countView,
  warnings: countView,
  failed: countView,
  missed: countView,
});
export type HistoryDay = z.infer<typeof historyDayView>;
