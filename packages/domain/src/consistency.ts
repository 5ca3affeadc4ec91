import type { Consistency, PolicyDocument } from "./policy.ts";
import type { AgentState, OsType, PowerState } from "./vm.ts";

/** The level that Azure reports for a restore point (`file-system` is Azure's `FileSystemConsistent`). */
export type AzureConsistency = "application" | "file-system" | "crash";

export interface GuestSituation {
  readonly osType: OsType;
  readonly powerState: PowerState;
  readonly agentState: AgentState;
}

export interface ConsistencyPlan {
  /** The level that the policy wants for this VM in its present state. */
  readonly wanted: Consistency;
  /**
   * The request to Azure, which accepts only two: crash-consistent, or the best it can reach (needs a running VM with a
   * ready agent). Null: the policy refuses every possible level; `reason` says why, and the job fails.
   */
  readonly request: "best" | "crash" | null;
  /** Why the request is below the wanted level; null when it is not. */
  readonly reason: string | null;
  /** True for a running VM: the snapshot extension must be installed. */
  readonly needsExtension: boolean;
}

type ConsistencyRules = PolicyDocument["consistency"];

const stopped: readonly PowerState[] = ["stopped", "deallocated"];

/** Decides before the snapshot which level is wanted and which one to request. */
export function planConsistency(guest: GuestSituation, rules: ConsistencyRules): ConsistencyPlan {
  if (stopped.includes(guest.powerState)) {
    // A stopped guest has no pending writes, so a crash-consistent snapshot is file-consistent.
    return { wanted: "file", request: "crash", reason: null, needsExtension: false };
  }
  if (rules.wanted === "crash")
    return { wanted: "crash", request: "crash", reason: null, needsExtension: false };
  const wanted: Consistency = guest.osType === "windows" ? "application" : "file";
  const obstacle = obstacleTo(guest);
  if (obstacle === null) return { wanted, request: "best", reason: null, needsExtension: true };
  return {
    wanted,
    request: rules.otherwise === "fail" ? null : "crash",
    reason: obstacle,
    needsExtension: guest.powerState === "running",
  };
}

function obstacleTo(guest: GuestSituation): string | null {
  if (guest.powerState !== "running") {
    return `The virtual machine was ${guest.powerState === "unknown" ? "in an unknown power state" : guest.powerState}, so its guest could not take part.`;
  }
  if (guest.agentState === "not-ready")
    return "The guest agent was not ready, so the guest could not take part.";
  return null;
}

export interface ConsistencyOutcome {
  readonly reached: Consistency;
  /** Why the reached level is below the wanted one; null when it is not. */
  readonly reason: string | null;
  /** False when the policy prefers failing to a lower level. */
  readonly acceptable: boolean;
}

const rank: Readonly<Record<Consistency, number>> = { crash: 0, file: 1, application: 2 };

/** Compares the level that Azure reports with the wanted one. Azure lowers the level without an error, so read it back. */
export function judgeConsistency(
  plan: ConsistencyPlan,
  guest: GuestSituation,
  outcome: { readonly azure: AzureConsistency; readonly otherwise: ConsistencyRules["otherwise"] },
): ConsistencyOutcome {
  const reached = ourWord(guest, outcome.azure);
  if (rank[reached] >= rank[plan.wanted]) return { reached, reason: null, acceptable: true };
  return {
    reached,
    reason: plan.reason ?? lowerReason(guest.osType, reached),
    acceptable: outcome.otherwise === "continue",
  };
}

/** Maps Azure's level to ours. Azure calls the snapshot of a stopped VM crash-consistent; it is file-consistent. */
function ourWord(guest: GuestSituation, azure: AzureConsistency): Consistency {
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

function lowerReason(osType: OsType, reached: Consistency): string {
  if (reached === "crash") return "Azure could take a crash-consistent snapshot only.";
  return osType === "windows"
    ? "A VSS writer did not take part, so Azure took a file-consistent snapshot. Azure tries application consistency again after three more snapshots."
    : "The guest's scripts did not take part.";
}
