import type { PolicyDocument } from "@kluis/domain";
import type { ActorView, Instant, Ref } from "../views/common.ts";

export interface PolicyRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** null: offered to every team by the platform owner. */
  readonly team: Ref | null;
  readonly currentVersion: number;
  readonly document: PolicyDocument;
  /** The policy in words. */
  readonly sentence: string;
  /** VMs under it that this person may see. */
  readonly vmCount: number;
  readonly nextRunAt: Instant | null;
  readonly createdAt: Instant;
  readonly can: { readonly edit: boolean };
}

export interface PolicyView extends PolicyRow {
  readonly versions: readonly PolicyVersionView[];
  readonly vms: readonly Ref[];
}

export interface PolicyVersionView {
  readonly version: number;
  readonly document: PolicyDocument;
  readonly sentence: string;
  readonly createdAt: Instant;
  readonly createdBy: ActorView;
}

/** What a document would do, before it is saved. */
export interface PolicyPreview {
  readonly sentence: string;
  readonly timeZone: string;
  readonly nextRuns: readonly {
    readonly at: Instant;
    /** In the policy's zone, such as `Mon 23 Nov 2026, 01:00 GMT+1`. */
    readonly local: string;
  }[];
  /** Longest time between two runs, in seconds. */
  readonly longestGapSeconds: number;
  /** How retention would judge the existing points of the VMs asked about, newest first; empty when none was asked about. */
  readonly points: readonly {
    readonly id: string;
    readonly vm: Ref;
    readonly takenAt: Instant;
    readonly keep: boolean;
    readonly tiers: readonly string[];
    readonly reason: string;
    readonly expiresAt: Instant | null;
  }[];
  readonly removed: number;
  /** Things worth knowing before saving, each a sentence. */
  readonly notes: readonly string[];
}
