import {
  attentionView,
  historyDayView,
  jobRow,
  pointRow,
  storageView,
  transfersView,
  vmCountsView,
} from "@kluis/db";
import { errorView, instantView, noticeSchema, problemKinds, refView, vmStatuses } from "@kluis/domain";
import { z } from "zod";

export const overviewView = z.object({
  asOf: instantView,
  /** By status; the total leaves out deleted VMs. */
  vms: vmCountsView.extend({ total: z.int() }),
  /** VMs that are failing, at risk or unprotected, in this order; at most 10. */
  attention: z.array(
    z.object({
      vm: refView,
      status: z.enum(vmStatuses),
      reason: z.string(),
      reasonNotice: noticeSchema,
      lastError: errorView.nullable(),
    }),
  ),
  /** For users who manage connections and vaults: those that do not work, and subscriptions that cannot be read in full. */
  problems: z.array(
    z.object({
      kind: z.enum(problemKinds),
      id: z.string(),
      name: z.string(),
      error: errorView,
      since: instantView.nullable(),
    }),
  ),
  /** What else needs attention, newest first; at most 20. */
  raised: z.array(attentionView),
  raisedCount: z.int(),
  running: z.array(jobRow),
  recentPoints: z.array(pointRow),
  recentFailures: z.array(jobRow),
  transfers: transfersView,
  storage: storageView,
  /** The last 30 days, oldest first. */
  history: z.array(historyDayView),
});
export type OverviewView = z.infer<typeof overviewView>;
