/**
 * Resources that Kluis creates, as desired state: jobs say what is wanted, and the reconciler makes it so. Pure.
 */

import { limits } from "../base/limits.ts";
import { isLimited, type Retry } from "../errors/errors.ts";

/** `manifest`: the manifest of a backup that failed or was canceled after its write began; it is in the vault. */
export const azureResourceKinds = [
  "restore-point-collection",
  "restore-point",
  "snapshot",
  "grant",
  "disk",
  "manifest",
] as const;
export type AzureResourceKind = (typeof azureResourceKinds)[number];

/** The kinds that hold captured disks. A recovery point may keep them. */
export const snapshotKinds = ["restore-point", "snapshot"] as const satisfies readonly AzureResourceKind[];

export function isSnapshotKind(kind: AzureResourceKind): kind is (typeof snapshotKinds)[number] {
  return snapshotKinds.some((one) => one === kind);
}

/** How the disks of a recovery point were captured. */
export const snapshotSourceKinds = ["restore-point", "disk-snapshots"] as const;
export type SnapshotSourceKind = (typeof snapshotSourceKinds)[number];

/** English, for pages and the command line. */
export const snapshotSourceTexts = {
  "restore-point": "Restore point",
  "disk-snapshots": "Snapshot of each disk",
} as const satisfies Record<SnapshotSourceKind, string>;

/** `planned`: recorded before Azure is asked to create it. `removed`: Azure confirmed that it does not exist. */
export const azureResourceStates = ["planned", "created", "removed"] as const;
export type AzureResourceState = (typeof azureResourceStates)[number];

/** `present`: its job needs it. `kept`: a snapshot for instant restore and the next delta. `removed`: nothing needs it. */
export const wantedStates = ["present", "kept", "removed"] as const;
export type WantedState = (typeof wantedStates)[number];

/** Why a resource is no longer wanted. */
export const removalReasons = [
  "copied",
  "kept-over",
  "point-deleted",
  "job-ended",
  "replaced",
  "orphan",
] as const;
export type RemovalReason = (typeof removalReasons)[number];

/** English, for the command line and the ledger. */
export const removalReasonTexts = {
  copied: "Its data is in the vault.",
  "kept-over": "Its time for instant restore is over.",
  "point-deleted": "Its recovery point was deleted.",
  "job-ended": "Its job failed or was canceled.",
  replaced: "Its job tried again with another snapshot.",
  orphan: "No open job and no kept snapshot owns it.",
} as const satisfies Record<RemovalReason, string>;

export const azureResourceTexts = {
  "restore-point-collection": "Restore point collection",
  "restore-point": "Snapshot",
  snapshot: "Disk snapshot",
  grant: "Disk access",
  disk: "Disk",
  manifest: "Manifest in the vault",
} as const satisfies Record<AzureResourceKind, string>;

/** What a page says about a resource. */
export const resourceStandings = ["in-use", "kept", "delivered", "removing", "refused", "removed"] as const;
export type ResourceStanding = (typeof resourceStandings)[number];

export const resourceStandingTexts = {
  "in-use": "In use",
  kept: "Kept",
  delivered: "Handed over",
  removing: "Being removed",
  refused: "Removal refused",
  removed: "Removed",
} as const satisfies Record<ResourceStanding, string>;

interface Standing {
  readonly state: AzureResourceState;
  readonly wanted: WantedState;
  readonly delivered: boolean;
  readonly failed: boolean;
}

/** Wanted and actual state in one word. */
export function standingOf({ state, wanted, delivered, failed }: Standing): ResourceStanding {
  if (state === "removed") return "removed";
  if (wanted === "removed") return failed ? "refused" : "removing";
  if (wanted === "kept") return "kept";
  return delivered ? "delivered" : "in-use";
}

/** How a try to remove a resource failed. */
interface RemovalFailure {
  readonly retry: Retry;
  readonly retryAfterMs?: number | undefined;
}

export interface NextRemoval {
  /** Failed tries, this one included. */
  readonly tries: number;
  readonly pauseMs: number;
}

/**
 * When to try again, after `tries` failed tries and this failure: 15 s, 30 s, 1 min … 1 h, without end, because a lock or a missing
 * right can end at any time. Throttling is not a failure of the try: it waits as long as Azure requests.
 */
export function nextRemoval(tries: number, { retry, retryAfterMs = 0 }: RemovalFailure): NextRemoval {
  const { removalFirstPauseMs: first, removalLongestPauseMs: longest } = limits;
  if (isLimited(retry)) return { tries, pauseMs: Math.min(longest, Math.max(first, retryAfterMs)) };
  const pause = Math.min(longest, first * 2 ** Math.min(tries, 20));
  return { tries: tries + 1, pauseMs: Math.min(longest, Math.max(pause, retryAfterMs)) };
}
