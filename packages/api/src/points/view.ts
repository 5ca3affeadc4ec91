import type { Consistency } from "@kluis/domain";
import type { ActorView, Instant, Ref } from "../views/common.ts";

export const pointStates = ["available", "damaged", "deleting", "deleted"] as const;
export type PointState = (typeof pointStates)[number];

export interface PointRow {
  readonly id: string;
  readonly vm: Ref;
  readonly state: PointState;
  readonly takenAt: Instant;
  readonly trigger: string;
  readonly consistency: Consistency;
  readonly consistencyWanted: Consistency;
  readonly consistencyReason: string | null;
  readonly policy: (Ref & { readonly version: number }) | null;
  readonly diskCount: number;
  readonly logicalBytes: number;
  readonly changedBytes: number;
  readonly movedBytes: number;
  readonly storedBytes: number;
  /** Retention tiers that keep it as last judged. */
  readonly tiers: readonly string[];
  readonly expiresAt: Instant | null;
  readonly pinnedAt: Instant | null;
  readonly instantRestoreUntil: Instant | null;
  readonly lastVerified: { readonly at: Instant; readonly mode: string; readonly ok: boolean } | null;
  readonly deletedAt: Instant | null;
}

export interface PointDiskView {
  readonly key: string;
  readonly name: string;
  readonly resourceId: string;
  readonly sku: string;
  readonly diskBytes: number;
  /** Keyed digest of the disk's whole content: equal content in one vault gives equal digests. */
  readonly rootDigest: string;
  readonly deltaMethod: string;
  readonly deltaReason: string | null;
  readonly allocatedBytes: number;
  readonly readBytes: number;
  readonly changedBytes: number;
  readonly movedBytes: number;
  readonly storedBytes: number;
}

export interface PointView extends PointRow {
  readonly jobId: string;
  readonly actor: ActorView;
  /** The VM as it was when the point was taken. */
  readonly vmFacts: Readonly<Record<string, unknown>>;
  readonly occurrenceDueAt: Instant | null;
  readonly azureConsistency: string;
  readonly snapshotStartedAt: Instant;
  readonly snapshotEndedAt: Instant;
  readonly snapshotRemovedAt: Instant | null;
  readonly transferStartedAt: Instant;
  readonly transferEndedAt: Instant;
  readonly createdAt: Instant;
  readonly deadlineAt: Instant | null;
  readonly deadlineMet: boolean | null;
  readonly gapSeconds: number | null;
  readonly retries: number;
  readonly allocatedBytes: number;
  readonly readBytes: number;
  readonly chunksNew: number;
  readonly chunksReused: number;
  readonly vault: Ref & { readonly kind: string };
  readonly manifestDigest: string;
  readonly keyId: string;
  readonly encryption: string;
  readonly deletedBy: ActorView | null;
  readonly deleteReason: string | null;
  readonly lastVerifyDetail: Readonly<Record<string, unknown>> | null;
  readonly disks: readonly PointDiskView[];
  readonly can: {
    readonly download: boolean;
    readonly restore: boolean;
    readonly verify: boolean;
    readonly delete: boolean;
  };
}
