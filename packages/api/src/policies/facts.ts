/** Which policies a user may see, and how policies decide the status of VMs. */
import { type FleetScope, listPolicies, type PolicyRow, type PolicySight } from "@kluis/db";
import { policySightOf } from "@kluis/db/actions";
import {
  describePolicyChange,
  isTimeZone,
  judgeBandwidth,
  judgePolicyLimits,
  limits,
  longestGapSeconds,
  type Notice,
  nextOccurrence,
  notice,
  type PolicyChange,
  type PolicyDocument,
  policyChanges,
  type StoreRates,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import type { policyChange } from "./view.ts";

/** The policies that the user may see. */
export function policySight(ctx: SignedInContext): PolicySight {
  return policySightOf(ctx.who.access);
}

/** What Azure does not allow of a policy, then what it does not always allow, then limits that never count. */
export function limitNotes(document: PolicyDocument, rates: StoreRates): readonly Notice[] {
  const { refusals, warnings } = judgePolicyLimits(document);
  return [...zoneNotes(document), ...refusals, ...warnings, ...judgeBandwidth(document, rates)];
}

/** A policy that was stored with a zone in which no time can be computed. */
function zoneNotes({ schedule: { timeZone } }: PolicyDocument): Notice[] {
  return isTimeZone(timeZone) ? [] : [notice("policy-unknown-zone", { zone: timeZone })];
}

/** The next planned time; null when none can be computed. */
export function nextRunOf({ schedule }: PolicyDocument, now: Date): Date | null {
  return isTimeZone(schedule.timeZone) ? nextOccurrence(schedule, now) : null;
}

/** What one document changed of the other; nothing without another. */
export function changesOf(
  before: PolicyDocument | undefined,
  after: PolicyDocument,
): z.input<typeof policyChange>[] {
  if (before === undefined) return [];
  return policyChanges(before, after).map((change) => ({
    field: change.field,
    before: valueView(change.before),
    after: valueView(change.after),
    text: describePolicyChange(change),
  }));
}

type ValueView = z.input<typeof policyChange>["before"];

function valueView(value: PolicyChange["before"]): ValueView {
  return value instanceof Array ? [...value] : value;
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
