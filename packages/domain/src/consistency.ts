/** Which consistency to request from Azure for a snapshot, and how to judge the one that Azure reached. */
import { type Notice, notice } from "./notices.ts";
import type { Consistency, PolicyDocument } from "./policy.ts";
import type { AgentState } from "./vm.ts";
import type { OsType } from "./vm-os.ts";
import type { PowerState } from "./vm-status.ts";

/** The level that Azure reports for a restore point; `file-system` is its `FileSystemConsistent`. */
export type AzureConsistency = "application" | "file-system" | "crash";

export interface GuestSituation {
  readonly osType: OsType;
  readonly powerState: PowerState;
  readonly agentState: AgentState;
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

type ConsistencyRules = PolicyDocument["consistency"];

const stopped: readonly PowerState[] = ["stopped", "deallocated"];

/** Decides, before the snapshot, which level is required and what to request. */
export function planConsistency(guest: GuestSituation, rules: ConsistencyRules): ConsistencyPlan {
  if (stopped.includes(guest.powerState)) {
    // A stopped VM writes nothing: its disks are as the last shutdown left them.
    return { wanted: "file", request: "crash", notice: null, needsExtension: false };
  }
  if (rules.wanted === "crash")
    return { wanted: "crash", request: "crash", notice: null, needsExtension: false };
  const wanted: Consistency = guest.osType === "windows" ? "application" : "file";
  const obstacle = obstacleTo(guest);
  if (obstacle === null) return { wanted, request: "best", notice: null, needsExtension: true };
  return {
    wanted,
    request: rules.otherwise === "fail" ? null : "crash",
    notice: obstacle,
    needsExtension: guest.powerState === "running",
  };
}

function obstacleTo({ powerState, agentState }: GuestSituation): Notice | null {
  if (powerState !== "running") return notice("guest-not-running", { powerState });
  return agentState === "not-ready" ? notice("guest-agent-not-ready", {}) : null;
}

export interface ConsistencyOutcome {
  readonly reached: Consistency;
  /** Why `reached` is lower than `wanted`; null when it is not. */
  readonly notice: Notice | null;
  /** False when the policy prefers a failed job over a lower level. */
  readonly acceptable: boolean;
}

const rank: Readonly<Record<Consistency, number>> = { crash: 0, file: 1, application: 2 };

/** Compares the level that Azure reached with the required one. Azure lowers the level without an error, so read it back. */
export function judgeConsistency(
  plan: Pick<ConsistencyPlan, "wanted" | "notice">,
  guest: GuestSituation,
  outcome: { readonly azure: AzureConsistency; readonly otherwise: ConsistencyRules["otherwise"] },
): ConsistencyOutcome {
  const reached = levelOf(guest, outcome.azure);
  if (rank[reached] >= rank[plan.wanted]) return { reached, notice: null, acceptable: true };
  return {
    reached,
    notice: plan.notice ?? whyLower(guest.osType, reached),
    acceptable: outcome.otherwise === "continue",
  };
}

/** Kluis's level for Azure's. Azure calls the snapshot of a stopped VM crash-consistent; it is file-consistent. */
function levelOf(guest: GuestSituation, azure: AzureConsistency): Consistency {
  if (stopped.includes(guest.powerState)) return "file";
  switch (azure) {
    case "application":
      return "application";
    case "file-system":
      return "file";
    case "crash":
      return "crash";
  }
  return azure satisfies never;
}

function whyLower(osType: OsType, reached: Consistency): Notice {
  if (reached === "crash") return notice("azure-crash-only", {});
  return notice(osType === "windows" ? "vss-writer-failed" : "guest-scripts-failed", {});
}
