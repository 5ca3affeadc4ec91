import type { Consistency, PolicyDocument } from "./policy.ts";
import type { AgentState, OsType, PowerState } from "./vm.ts";

/** The level that Azure says a restore point reached (`FileSystemConsistent` is Azure's own word for `file-system`). */
export type AzureConsistency = "application" | "file-system" | "crash";

export interface GuestSituation {
  readonly osType: OsType;
  readonly powerState: PowerState;
  readonly agentState: AgentState;
}

export interface ConsistencyPlan {
  /** The level the policy wants of this VM in its present state. */
  readonly wanted: Consistency;
  /**
   * What to ask Azure for. Azure knows two requests only: crash-consistent, or the best it can reach (which needs a running
   * VM with a ready agent). Null: the policy forbids what can be had; `reason` says why, and the job fails.
   */
  readonly request: "best" | "crash" | null;
  /** Why less is asked for than the policy wants; null when it is not. */
  readonly reason: string | null;
  /** The VM runs, so the snapshot extension belongs into it. */
  readonly needsExtension: boolean;
}

type ConsistencyRules = PolicyDocument["consistency"];

const stopped: readonly PowerState[] = ["stopped", "deallocated"];

/** Decides before the snapshot what is wanted and what to ask for (product: a backup, steps 2 to 4). */
export function planConsistency(guest: GuestSituation, rules: ConsistencyRules): ConsistencyPlan {
  if (stopped.includes(guest.powerState)) {
    // Nothing runs that could write: the disks are as the last shutdown left them.
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
  /** Why `reached` is lower than `wanted`; null when it is not. */
  readonly reason: string | null;
  /** False when the policy says to fail rather than to take a lower level. */
  readonly acceptable: boolean;
}

const rank: Readonly<Record<Consistency, number>> = { crash: 0, file: 1, application: 2 };

/** Judges what Azure says it reached against what was wanted. Always read it back: Azure lowers the level without an error. */
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

/** Azure's word in ours. The snapshot of a stopped VM is file-consistent though Azure calls it crash-consistent. */
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
