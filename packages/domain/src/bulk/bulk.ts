/** One action on many VMs: its kinds, the states of its items, and limits. */
import type { Permission } from "../access/permission.ts";
import { approvalLimits } from "../approvals/approval.ts";

export const bulkKinds = ["protect", "change-policy", "stop", "stop-delete", "resume", "backup"] as const;
export type BulkKind = (typeof bulkKinds)[number];

/** What each kind is called in English. */
export const bulkKindTexts: Readonly<Record<BulkKind, string>> = {
  protect: "Protect",
  "change-policy": "Change policy",
  stop: "Stop protection, keep data",
  "stop-delete": "Stop protection, delete data",
  resume: "Resume protection",
  backup: "Back up now",
};

/** The permissions that an action needs on each VM. */
export const bulkPermissions: Readonly<Record<BulkKind, readonly Permission[]>> = {
  protect: ["protection:write"],
  "change-policy": ["protection:write"],
  stop: ["protection:write"],
  "stop-delete": ["protection:write", "point:delete"],
  resume: ["protection:write"],
  backup: ["backup:run"],
};

/** Whether the kind puts VMs under a policy that its user chooses. */
export function takesPolicy(kind: BulkKind): boolean {
  return kind === "protect" || kind === "change-policy";
}

/**
 * `requested`: a second person must approve it. `refused`: a rule or a right does not allow it. `failed`: something in Kluis broke.
 * Only `waiting` changes.
 */
export const bulkItemStates = ["waiting", "done", "requested", "refused", "failed", "cancelled"] as const;
export type BulkItemState = (typeof bulkItemStates)[number];

/** What each state is called in English. */
export const bulkItemStateTexts: Readonly<Record<BulkItemState, string>> = {
  waiting: "Waiting",
  done: "Done",
  requested: "Needs approval",
  refused: "Refused",
  failed: "Failed",
  cancelled: "Canceled",
};

export const bulkStates = ["running", "ended", "cancelled"] as const;
export type BulkState = (typeof bulkStates)[number];

/** What each state is called in English. */
export const bulkStateTexts: Readonly<Record<BulkState, string>> = {
  running: "Running",
  ended: "Ended",
  cancelled: "Canceled",
};

/** Items by state. */
export type BulkCounts = Readonly<Record<BulkItemState, number>>;

export const bulkLimits = {
  /** VMs of one bulk action: the size of a fleet. */
  itemsMost: 10_000,
  /** VMs that a user names one by one. */
  namedMost: 500,
  /** VMs whose data one bulk action deletes: each needs a request, and a user has at most this many. */
  deletedMost: approvalLimits.openMost,
  /** Bulk actions of one user that run at the same time. */
  openOfUser: 3,
  /** Bulk actions that run at the same time. */
  openMost: 20,
  /** VMs that one call of a preview judges: about a second. */
  previewMost: 50,
} as const;

/** The most VMs of an action. */
export function bulkMost(kind: BulkKind): number {
  return kind === "stop-delete" ? bulkLimits.deletedMost : bulkLimits.itemsMost;
}
