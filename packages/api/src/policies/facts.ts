import { type FleetLook, listPolicies, type PolicySight } from "@kluis/db";
import { limits, longestGapSeconds, visibleVmFilter } from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";

/** The policies that a person may know: those offered to all, and those of the teams in which they may read. */
export function policySight(ctx: SignedInContext): PolicySight {
  const visibility = visibleVmFilter(ctx.who.access);
  return visibility.all ? "all" : { teamIds: visibility.teamIds };
}

/** What reading the fleet needs to judge who is at risk. */
export async function fleetLook(ctx: SignedInContext): Promise<FleetLook> {
  // Every policy, not only the visible ones: a VM may be under a policy of a team that its reader is not in.
  const policies = await listPolicies(ctx.api.db.prisma, "all");
  const maxAges = policies.map((policy) => ({
    policyId: policy.id,
    seconds: longestGapSeconds(policy.current.document.schedule) + limits.atRiskGraceMs / 1000,
  }));
  return { visibility: seen(ctx), now: ctx.api.clock.now(), maxAges };
}
