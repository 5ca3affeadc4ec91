/** Requests for a second person: their kinds, states and limits. */
import { changeKinds, changeKindTexts } from "./configuration.ts";

/** Operations that a user requests and another one decides. */
export const approvalKinds = [
  "points.delete",
  "points.unpin",
  "protection.stop",
  "protection.set",
  "policies.update",
  ...changeKinds,
] as const;
export type ApprovalKind = (typeof approvalKinds)[number];

/** What each kind is called in English. */
export const approvalKindTexts: Readonly<Record<ApprovalKind, string>> = {
  "points.delete": "Delete recovery points",
  "points.unpin": "Unpin a recovery point",
  "protection.stop": "Stop protection",
  "protection.set": "Set the policy of a VM",
  "policies.update": "Change a policy",
  ...changeKindTexts,
};

/**
 * `executed`: approved and done. `cancelled`: what it was about has changed, or its requester may not do it any more. `failed`: approved,
 * but the operation was refused. Only `pending` changes.
 */
export const approvalStates = [
  "pending",
  "executed",
  "rejected",
  "withdrawn",
  "expired",
  "cancelled",
  "failed",
] as const;
export type ApprovalState = (typeof approvalStates)[number];

/** What each state is called in English. */
export const approvalStateTexts: Readonly<Record<ApprovalState, string>> = {
  pending: "Waiting",
  executed: "Approved",
  rejected: "Rejected",
  withdrawn: "Withdrawn",
  expired: "Expired",
  cancelled: "Canceled",
  failed: "Failed",
};

/** Why Kluis ended a request: its requester, or one of the things that it was about, is not as it was. */
export const approvalCancelReasons = [
  "requester",
  "token",
  "right",
  "points",
  "machines",
  "protection",
  "policy",
  "undo",
  "configuration",
] as const;
export type ApprovalCancelReason = (typeof approvalCancelReasons)[number];

/** The same in English, for the command line. */
export const approvalCancelTexts: Readonly<Record<ApprovalCancelReason, string>> = {
  requester: "The person who requested it cannot sign in any more.",
  token: "The token that requested it was revoked.",
  right: "The person who requested it may not do it any more.",
  points: "The recovery points have changed.",
  machines: "The virtual machines that it affects have changed.",
  protection: "The protection of the virtual machine has changed.",
  policy: "The policy has changed.",
  undo: "Removed points could be brought back for another time than before.",
  configuration: "What it would change is not as it was.",
};

/** Facts that a request depends on, as digests or short words; the keys are the reasons why it ends when they change. */
export type Circumstances = Readonly<Partial<Record<ApprovalCancelReason, string>>>;

/** Returns the first fact that is not as it was; null when all are. */
export function changedCircumstance(before: Circumstances, now: Circumstances): ApprovalCancelReason | null {
  return approvalCancelReasons.find((reason) => before[reason] !== now[reason]) ?? null;
}

/** The state at an instant: a request whose time is over has expired, also while its row does not say so. */
export function approvalStateAt(
  request: { readonly state: ApprovalState; readonly expiresAt: Date },
  now: Date,
): ApprovalState {
  return request.state === "pending" && request.expiresAt <= now ? "expired" : request.state;
}

export const approvalLimits = {
  /** Hours until a request expires: default, least and most. Two weeks outlast a holiday. */
  hours: 72,
  hoursLeast: 1,
  hoursMost: 336,
  /** Hours in which an approved change that has a secret, or that an engine makes, can be made. */
  permitHours: 24,
  /** Requests of one person that wait at the same time: more would hide the others from those who decide. */
  openMost: 50,
  /** Points of one request. */
  pointsMost: 200,
  /** The reference to a ticket. */
  ticketLength: 100,
  /** Users who are looked at to count who could decide. */
  deciderMost: 50,
} as const;
