import type { AgentState, Consistency, JobState, OsType, PowerState } from "@kluis/domain";
import type { Instant, Ref } from "../views/common.ts";

/**
 * How a VM stands, worst first where several are true:
 * - `deleted`: no longer in Azure (its recovery points stay)
 * - `unprotected`: no policy
 * - `stopped`: protection stopped, data kept
 * - `failing`: its last backup job failed
 * - `at-risk`: no recovery point within the policy's longest gap plus grace
 * - `waiting`: protected a moment ago, the first recovery point is still to come
 * - `protected`: all well
 */
export const vmStatuses = [
  "failing",
  "at-risk",
  "unprotected",
  "waiting",
  "protected",
  "stopped",
  "deleted",
] as const;
export type VmStatus = (typeof vmStatuses)[number];

export interface VmRow {
  readonly id: string;
  readonly name: string;
  readonly resourceId: string;
  readonly subscription: Ref;
  readonly resourceGroup: string;
  readonly location: string;
  readonly osType: OsType;
  readonly size: string;
  readonly powerState: PowerState;
  readonly agentState: AgentState;
  readonly tags: Readonly<Record<string, string>>;
  readonly diskCount: number;
  readonly diskBytes: number;
  readonly status: VmStatus;
  readonly policy: Ref | null;
  readonly protectedSince: Instant | null;
  readonly lastPoint: {
    readonly id: string;
    readonly takenAt: Instant;
    readonly consistency: Consistency;
  } | null;
  readonly pointCount: number;
  readonly activeJob: {
    readonly id: string;
    readonly kind: string;
    readonly state: JobState;
    readonly stage: string;
  } | null;
  readonly deletedAt: Instant | null;
}

export interface VmDiskView {
  /** "os" or the LUN. */
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  readonly sku: string;
  readonly resourceId: string;
  /** Left out of the backup by the protection. */
  readonly excluded: boolean;
  /** Why this disk can't be protected, or null. */
  readonly unsupported: string | null;
}

export interface VmView extends VmRow {
  readonly azureVmId: string;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly disks: readonly VmDiskView[];
  readonly protection: {
    readonly policy: Ref;
    readonly state: "active" | "stopped";
    readonly since: Instant;
    readonly stoppedAt: Instant | null;
    readonly excludedDisks: readonly string[];
    readonly nextRunAt: Instant | null;
    readonly policySentence: string;
    readonly extensionReadyAt: Instant | null;
    /** What Kluis found changed in the Windows guest after the first backup; null before that and on Linux. */
    readonly guestChanges: Readonly<Record<string, unknown>> | null;
  } | null;
  /** Why the status is what it is, in one sentence. */
  readonly statusReason: string;
  readonly history: readonly HistoryDay[];
  /** What this person may do with this VM; the server decides again at each call. */
  readonly can: VmRights;
}

export interface VmRights {
  readonly backup: boolean;
  readonly protect: boolean;
  readonly download: boolean;
  readonly restore: boolean;
  readonly deletePoints: boolean;
}

/** One cell of the 30-day strip. Worst wins: failed, overdue, warning, ok, idle, before-start. */
export const historyStatuses = ["failed", "overdue", "warning", "ok", "idle", "before-start"] as const;
export type HistoryStatus = (typeof historyStatuses)[number];

export interface HistoryDay {
  /** Calendar day in UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly status: HistoryStatus;
  readonly succeeded: number;
  readonly warnings: number;
  readonly failed: number;
  readonly missed: number;
}

export interface VmFacets {
  readonly subscriptions: readonly Ref[];
  readonly resourceGroups: readonly string[];
  readonly policies: readonly Ref[];
  readonly statuses: Readonly<Record<VmStatus, number>>;
}
