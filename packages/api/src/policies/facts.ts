/** Which policies a user may see, and how policies decide the status of VMs. */
import { type FleetScope, listPolicies, type PolicyRow, type PolicySight } from "@kluis/db";
import {
  judgePolicyLimits,
  limits,
  longestGapSeconds,
  type Notice,
  type PolicyDocument,
} from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";

/** The policies that the user may see: those offered to all teams, and those of teams in which the user may read. */
export function policySight(ctx: SignedInContext): PolicySight {
  const visibility = seen(ctx);
  return visibility.all ? "all" : { teamIds: visibility.teamIds };
}

/** What Azure does not allow of a policy, then what it does not always allow. */
export function limitNotes(document: PolicyDocument): readonly Notice[] {
  const { refusals, warnings } = judgePolicyLimits(document);
  return [...refusals, ...warnings];
}

/** The VMs that the user sees, and the age that these policies allow the newest point. */
export function scopeOf(ctx: SignedInContext, policies: readonly PolicyRow[]): FleetScope {
  const maxAges = policies.map((policy) => ({
    policyId: policy.id,
    seconds: longestGapSeconds(policy.current.document.schedule) + limits.atRiskGraceMs / 1000,
  }));
  return { visibility: seen(ctx), now: ctx.api.clock.now(), maxAges };
}

/** The scope over every policy. All are needed: a visible VM can have a policy of a team that the user is not in. */
export async function fleetScope(ctx: SignedInContext): Promise<FleetScope> {
  return scopeOf(ctx, await listPolicies(ctx.api.db.prisma, "all"));
}
