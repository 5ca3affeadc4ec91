/**
 * Which consistency to request from Azure for a snapshot, and how to judge the one that Azure reached. What follows when a
 * request fails is in consistency-ladder.ts.
 */
import { limits } from "../base/limits.ts";
import { type Notice, notice } from "../notices/notices.ts";
import type { Consistency } from "../policies/consistency.ts";
import type { PolicyDocument } from "../policies/policy.ts";
import type { AgentState } from "../vms/vm.ts";
import type { OsType } from "../vms/vm-os.ts";
import type { PowerState } from "../vms/vm-status.ts";

/** The level that Azure reports for a restore point; `file-system` is its `FileSystemConsistent`. */
export type AzureConsistency = "application" | "file-system" | "crash";

export interface GuestSituation {
  readonly osType: OsType;
  readonly powerState: PowerState;
  readonly agentState: AgentState;
  /** False when the VM forbids extensions, without which no guest takes part. */
  readonly extensionsAllowed?: boolean | null | undefined;
}

export interface ConsistencyPlan {
  /** The level that the policy requires of this VM in its present state. */
  readonly wanted: Consistency;
  /**
   * What to request from Azure, which knows two requests: crash-consistent, or the best it can reach (this needs a running
   * VM with a ready agent). Null: the policy forbids the reachable level, and the job fails.
   */
  readonly request: "best" | "crash" | null;
  /** Why the request is lower than the policy requires; null when it is not. */
  readonly notice: Notice | null;
  /** The VM runs, so it needs the snapshot extension. */
  readonly needsExtension: boolean;
}

export type ConsistencyRules = PolicyDocument["consistency"];

const stopped: readonly PowerState[] = ["stopped", "deallocated"];

export function isStoppedState(powerState: PowerState): boolean {
  return stopped.includes(powerState);
}

/** Decides, before the snapshot, which level is required and what to request. */
export function planConsistency(guest: GuestSituation, rules: ConsistencyRules): ConsistencyPlan {
  if (isStoppedState(guest.powerState)) {
    // A stopped VM writes nothing: its disks are as the last shutdown left them.
    return { wanted: "file", request: "crash", notice: null, needsExtension: false };
  }
  if (rules.wanted === "crash")
    return { wanted: "crash", request: "crash", notice: null, needsExtension: false };
  const isApplication = guest.osType === "windows" || rules.linuxScripts !== undefined;
  const wanted: Consistency = isApplication ? "application" : "file";
  const obstacle = obstacleTo(guest);
  if (obstacle === null) return { wanted, request: "best", notice: null, needsExtension: true };
  return {
    wanted,
    request: rules.otherwise === "fail" ? null : "crash",
    notice: obstacle,
    needsExtension: guest.powerState === "running" && guest.extensionsAllowed !== false,
  };
}

function obstacleTo({ powerState, agentState, extensionsAllowed }: GuestSituation): Notice | null {
  if (powerState !== "running") return notice("guest-not-running", { powerState });
  if (extensionsAllowed === false) return notice("guest-extensions-forbidden", {});
  return agentState === "not-ready" ? notice("guest-agent-not-ready", {}) : null;
}

export interface ConsistencyOutcome {
  readonly reached: Consistency;
  /** Why `reached` is lower than `wanted`; null when it is not. */
  readonly notice: Notice | null;
  /** False when the policy prefers a failed job over a lower level. */
  readonly acceptable: boolean;
}

export const consistencyRank: Readonly<Record<Consistency, number>> = { crash: 0, file: 1, application: 2 };

/** The looks at the VM around its snapshot. */
export interface SnapshotSight {
  readonly osType: OsType;
  /** The power state when the snapshot was requested, and when it was done; null: it was started since, or was not read again. */
  readonly before: PowerState;
  readonly after: PowerState | null;
  /** Every power state that the job has seen before the snapshot; the request may have found a snapshot of an earlier try. */
  readonly earlier: readonly PowerState[];
  /** The look at the VM before the request, and the instant of the snapshot: epoch milliseconds. */
  readonly lookedAt: number;
  readonly takenAt: number;
  /** Since when the VM is deallocated, by Azure's clock as `takenAt`; null: Azure does not say it. */
  readonly deallocatedAt: number | null;
}

/**
 * Whether the VM was stopped when the snapshot was taken: stopped before and after, and the snapshot is later than the look before
 * it, unless the VM was stopped all along. The two times are of two clocks, which may differ by `limits.clockToleranceMs`; the time of
 * a deallocation is of the snapshot's own clock.
 */
export function wasStopped(sight: SnapshotSight): boolean {
  const { before, after, earlier, lookedAt, takenAt, deallocatedAt } = sight;
  if (!isStoppedState(before) || after === null || !isStoppedState(after)) return false;
  if (earlier.every(isStoppedState) || takenAt >= lookedAt + limits.clockToleranceMs) return true;
  return after === "deallocated" && deallocatedAt !== null && takenAt >= deallocatedAt;
}

/** Compares the level that Azure reached with the required one. Azure lowers the level without an error, so read it back. */
export function judgeConsistency(
  plan: Pick<ConsistencyPlan, "wanted" | "notice">,
  sight: SnapshotSight,
  outcome: { readonly azure: AzureConsistency; readonly otherwise: ConsistencyRules["otherwise"] },
): ConsistencyOutcome {
  const reached = levelOf(outcome.azure, wasStopped(sight));
  if (consistencyRank[reached] >= consistencyRank[plan.wanted])
    return { reached, notice: null, acceptable: true };
  return {
    reached,
    notice: plan.notice ?? whyLower(sight, reached),
    acceptable: outcome.otherwise === "continue",
  };
}

/** Kluis's level for Azure's. Azure calls the snapshot of a stopped VM crash-consistent; it is file-consistent. */
function levelOf(azure: AzureConsistency, isStopped: boolean): Consistency {
  switch (azure) {
    case "application":
      return "application";
    case "file-system":
      return "file";
    case "crash":
      return isStopped ? "file" : "crash";
  }
  return azure satisfies never;
}

function whyLower({ osType, before, after }: SnapshotSight, reached: Consistency): Notice {
  if (reached === "crash") {
    if (!isStoppedState(before)) return notice("azure-crash-only", {});
    if (after === "unknown") return notice("vm-state-unknown", {});
    const isStopped = after !== null && isStoppedState(after);
    return isStopped ? notice("vm-stop-unproven", {}) : notice("vm-started-meanwhile", {});
  }
  return notice(osType === "windows" ? "vss-writer-failed" : "guest-scripts-failed", {});
}
