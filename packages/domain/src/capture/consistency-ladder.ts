/**
 * The ladder of a snapshot: with the guest, crash-consistent, snapshots of the single disks, or none. Pure: what to try next
 * follows from the policy, the last look at the VM, and the outcomes of earlier tries.
 */

import { type ErrorCode, isKluisError, type KluisError } from "../errors/errors.ts";
import { type Notice, notice } from "../notices/notices.ts";
import type { Consistency } from "../policies/consistency.ts";
import {
  type ConsistencyRules,
  consistencyRank,
  type GuestSituation,
  isStoppedState,
  planConsistency,
} from "./consistency.ts";

/** Best first. `best`: a restore point with the guest. `crash`: one without it. `disks`: a snapshot of each disk. */
export const snapshotRequests = ["best", "crash", "disks"] as const;
export type SnapshotRequest = (typeof snapshotRequests)[number];

/** Why a try did not give a snapshot. Failures that concern neither guest nor snapshot are not the ladder's. */
export const rungFailures = [
  "vss",
  "com-plus",
  "guest",
  "agent",
  "extension",
  "vss-copy",
  "scripts",
  "policy",
  "vm-changed",
  "busy",
  "unsupported",
  "restore-points-full",
  "snapshots-full",
  "unknown",
] as const;
export type RungFailure = (typeof rungFailures)[number];

/**
 * What a failure means for the rung that had it. `again`: it may pass, so the rung is tried some more times. `lower`: only another
 * rung can help. `no-point`: no restore point is possible at all.
 */
type Move = "again" | "lower" | "no-point";

interface FailureRule {
  readonly move: Move;
  /** The reason that the recovery point shows when a lower rung succeeds. */
  readonly code: {
    [C in Notice["code"]]: { readonly azureMessage: string } extends Notice<C>["params"] ? C : never;
  }[Notice["code"]];
}

const failureRules: Readonly<Record<RungFailure, FailureRule>> = {
  vss: { move: "lower", code: "guest-vss-failed" },
  "com-plus": { move: "lower", code: "guest-com-plus-failed" },
  guest: { move: "lower", code: "guest-failed" },
  agent: { move: "lower", code: "guest-agent-failed" },
  extension: { move: "lower", code: "guest-extension-failed" },
  "vss-copy": { move: "lower", code: "guest-vss-copy-not-set" },
  scripts: { move: "lower", code: "guest-scripts-stopped" },
  policy: { move: "lower", code: "guest-policy-denied" },
  "vm-changed": { move: "again", code: "snapshot-vm-changed" },
  busy: { move: "again", code: "snapshot-busy" },
  unsupported: { move: "lower", code: "snapshot-unsupported" },
  "restore-points-full": { move: "no-point", code: "restore-points-full" },
  "snapshots-full": { move: "lower", code: "snapshots-full" },
  unknown: { move: "again", code: "snapshot-failed" },
};

/** One failed try. */
export interface RungAttempt {
  readonly request: SnapshotRequest;
  readonly failure: RungFailure;
  readonly notice: Notice | null;
}

/** Pauses between tries of one rung; one try more than pauses. The sum is how long another operation may keep Azure busy. */
const pausesMs = [5_000, 60_000, 4 * 60_000, 10 * 60_000] as const;
export const triesOfRung = pausesMs.length + 1;
/** A VM that starts and stops again and again must not keep a job going. */
export const triesOfLadder = 12;

type FailureOf = (error: KluisError, request: SnapshotRequest) => RungFailure | null;

const failureByCode: Partial<Readonly<Record<ErrorCode, FailureOf>>> = {
  AGENT_NOT_READY: () => "agent",
  EXTENSION_FAILED: () => "extension",
  // Without the guest the same code says that Azure does not support the VM.
  GUEST_FAILED: (error, request) => (request === "best" ? guestFailureOf(error) : "unsupported"),
  AZURE_FORBIDDEN: ({ reason }) => (reason === "policy" ? "policy" : null),
  AZURE_LIMIT_REACHED({ reason }) {
    if (reason === "restore-points") return "restore-points-full";
    return reason === "snapshots" ? "snapshots-full" : null;
  },
  AZURE_REJECTED: ({ reason }) =>
    reason === "shared-disk" || reason === "disk-not-allocated" ? "unsupported" : null,
  AZURE_CONFLICT(error) {
    if (error.reason === "being-deleted" || isOfCollection(error)) return null;
    return error.reason === "vm-changed" ? "vm-changed" : "busy";
  },
  // With an HTTP status Azure did not take the request, so no snapshot was tried.
  AZURE_FAILED: ({ params }) => (typeof params["status"] === "number" ? null : "unknown"),
};

/** The collection of a VM's restore points is made before the snapshot, and says nothing about the guest. */
function isOfCollection({ params: { target } }: KluisError): boolean {
  return typeof target === "string" && /\/restorepointcollections\/[^/]+$/i.test(target);
}

/** The failure of a try in the ladder's terms; null: the error is not the ladder's, such as an outage or a missing role. */
export function rungFailureOf(error: unknown, request: SnapshotRequest): RungFailure | null {
  return isKluisError(error) ? (failureByCode[error.code]?.(error, request) ?? null) : null;
}

function guestFailureOf({ reason }: KluisError): RungFailure {
  if (reason === "vss-writers") return "vss";
  if (reason === "scripts") return "scripts";
  return reason === "com-plus" || reason === "transactions" ? "com-plus" : "guest";
}

export function rungNotice(
  { request, failure }: Pick<RungAttempt, "request" | "failure">,
  azureMessage: string,
): Notice {
  // The rule's code is about the guest, which only the best request asks.
  const code =
    failure === "policy" && request !== "best" ? "snapshot-policy-denied" : failureRules[failure].code;
  return notice(code, { azureMessage });
}

/** The last look at the VM. */
export interface RungSituation extends GuestSituation {
  /** Azure supports a crash-consistent restore point of this VM and of its disks. */
  readonly canCrash: boolean;
  /** Kluis may take snapshots of the single disks. */
  readonly canSnapshotDisks: boolean;
}

export type RungChoice =
  | {
      readonly kind: "try";
      readonly request: SnapshotRequest;
      readonly wanted: Consistency;
      /** Why the request is lower than the policy requires. */
      readonly notice: Notice | null;
      /** The pause before the try. */
      readonly afterMs: number;
    }
  /** `policy`: a lower level is possible, and the policy forbids it. */
  | {
      readonly kind: "fail";
      readonly why: "policy" | "none-left" | "tries";
      readonly wanted: Consistency;
      readonly notice: Notice | null;
    };

/** Decides the next try. Every choice is allowed by the policy, and the tries of a job are bounded. */
export function chooseRung(
  seen: RungSituation,
  rules: ConsistencyRules,
  attempts: readonly RungAttempt[],
): RungChoice {
  const plan = planConsistency(seen, rules);
  const { wanted } = plan;
  const last = attempts.at(-1);
  const why = plan.notice ?? last?.notice ?? null;
  if (plan.request === null) return { kind: "fail", why: "policy", wanted, notice: why };
  if (attempts.length >= triesOfLadder) return { kind: "fail", why: "tries", wanted, notice: why };
  const closed = closedRungs(attempts);
  const from = snapshotRequests.indexOf(plan.request);
  const open = snapshotRequests
    .slice(from)
    .filter((request) => !closed.has(request) && isPossible(request, seen));
  const [request] = open;
  if (request === undefined) return { kind: "fail", why: "none-left", wanted, notice: why };
  const isLower = consistencyRank[bestLevel(request, seen, wanted)] < consistencyRank[wanted];
  if (isLower && rules.otherwise === "fail") return { kind: "fail", why: "policy", wanted, notice: why };
  return { kind: "try", request, wanted, notice: isLower ? why : null, afterMs: pauseOf(request, attempts) };
}

function isPossible(request: SnapshotRequest, seen: RungSituation): boolean {
  switch (request) {
    case "best":
      return true;
    case "crash":
      return seen.canCrash;
    case "disks":
      // Snapshots of single disks have one instant only while nothing writes.
      return seen.canSnapshotDisks && isStoppedState(seen.powerState);
  }
  return request satisfies never;
}

/** The level that a rung gives when all goes well. */
function bestLevel(request: SnapshotRequest, seen: RungSituation, wanted: Consistency): Consistency {
  if (isStoppedState(seen.powerState)) return "file";
  return request === "best" ? wanted : "crash";
}

/** The rungs that no further try can help. */
function closedRungs(attempts: readonly RungAttempt[]): ReadonlySet<SnapshotRequest> {
  const closed = new Set<SnapshotRequest>();
  for (const { request, failure } of attempts) {
    const { move } = failureRules[failure];
    if (move === "lower" || countOf(request, attempts) >= triesOfRung) closed.add(request);
    if (move === "no-point") for (const one of ["best", "crash"] as const) closed.add(one);
  }
  return closed;
}

function countOf(request: SnapshotRequest, attempts: readonly RungAttempt[]): number {
  return attempts.filter((attempt) => attempt.request === request).length;
}

function pauseOf(request: SnapshotRequest, attempts: readonly RungAttempt[]): number {
  const made = countOf(request, attempts);
  return made === 0 ? 0 : (pausesMs[made - 1] ?? pausesMs[pausesMs.length - 1] ?? 0);
}
