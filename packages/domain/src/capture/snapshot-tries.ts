/** The tries of a backup's snapshot, as pages and the command line list them. What follows a failed try is in consistency-ladder.ts. */

import type { Notice } from "../notices/notices.ts";
import type { RungAttempt, RungFailure, SnapshotRequest } from "./consistency-ladder.ts";

/** English, for pages and the command line. */
export const snapshotRequestTexts = {
  best: "With the guest",
  crash: "Crash-consistent",
  disks: "Snapshot of each disk",
} as const satisfies Record<SnapshotRequest, string>;

export const tryOutcomes = ["succeeded", "running", "failed"] as const;
export type TryOutcome = (typeof tryOutcomes)[number];

export const tryOutcomeTexts = {
  succeeded: "Succeeded",
  running: "Running",
  failed: "Failed",
} as const satisfies Record<TryOutcome, string>;

export interface SnapshotTry {
  readonly request: SnapshotRequest;
  readonly outcome: TryOutcome;
  readonly failure: RungFailure | null;
  /** Why it failed. */
  readonly notice: Notice | null;
  /** When it ended; of a running try, when it began. */
  readonly at: string;
}

/** What a job remembers of its snapshot. Times are ISO 8601. */
export interface SnapshotMemory {
  /** The request of the last try. */
  readonly request: SnapshotRequest;
  readonly attempts: readonly (RungAttempt & { readonly at: string })[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** Every try, oldest first. A job that ended within a try has no outcome of it to show. */
export function snapshotTries(memory: SnapshotMemory, isOpen: boolean): SnapshotTry[] {
  const { request, attempts, startedAt, endedAt } = memory;
  const failed = attempts.map((attempt): SnapshotTry => ({ ...attempt, outcome: "failed" }));
  const none = { request, failure: null, notice: null };
  if (endedAt !== null) return [...failed, { ...none, outcome: "succeeded", at: endedAt }];
  if (isOpen && startedAt !== null) return [...failed, { ...none, outcome: "running", at: startedAt }];
  return failed;
}
