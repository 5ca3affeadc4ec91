import {
  actorView,
  countView,
  errorView,
  exclusionStates,
  instantView,
  type RuleVerdict,
  refView,
  ruleConditionsSchema,
  ruleRefusals,
  ruleVerdicts,
} from "@kluis/domain";
import { z } from "zod";

export const ruleView = refView.extend({
  team: refView,
  policy: refView,
  /** Among the rules of the team, from 1: the first one that matches wins. */
  position: z.int(),
  enabled: z.boolean(),
  conditions: ruleConditionsSchema,
  /** The conditions in English. */
  sentence: z.string(),
  version: z.int(),
  createdAt: instantView,
  savedAt: instantView,
  savedBy: actorView,
  /** VMs that it has put under a policy and that still are. */
  vms: countView,
  /** Why it protects nothing at the moment; null: nothing prevents it. */
  block: errorView.nullable(),
  can: z.object({ edit: z.boolean() }),
});

export const rulesView = z.object({
  /** In the order in which they win. */
  rows: z.array(ruleView),
  /** The teams whose rules the user may write. */
  teams: z.array(refView),
});

export const savedRuleView = refView.extend({ version: z.int() });

const explanation = {
  verdict: z.enum(ruleVerdicts),
  /** Why it cannot be protected. */
  refusal: z.enum(ruleRefusals).nullable(),
  /** The error of the last try, or why the rule protects nothing. */
  error: errorView.nullable(),
  /** The policy that it is, or was, under. */
  policy: z.string().nullable(),
  /** Whether the rule has put it under the policy. */
  byRule: z.boolean(),
  stopped: z.object({ by: z.string().nullable(), at: instantView.nullable() }).nullable(),
  exclusion: z.object({ owner: z.string(), reason: z.string(), until: instantView }).nullable(),
  /** The rule that comes first; null also for one of a team that the user does not see. */
  earlier: refView.nullable(),
};

export const explainedVm = refView.extend({ resourceGroup: z.string(), ...explanation });

const counts = Object.fromEntries(ruleVerdicts.map((verdict) => [verdict, countView])) as Record<
  RuleVerdict,
  typeof countView
>;

/** What a rule would do with each VM of its team that the user sees. */
export const rulePreview = z.object({
  counts: z.object(counts),
  /** Why the rule would not be saved, or protects nothing. */
  block: errorView.nullable(),
  rows: z.array(explainedVm),
  /** VMs that the list has. */
  total: countView,
  page: z.int().min(1),
  pageSize: z.int().min(1),
});

export const exclusionView = z.object({
  id: z.string(),
  vm: refView,
  resourceGroup: z.string(),
  owner: refView,
  reason: z.string(),
  createdAt: instantView,
  createdBy: actorView,
  expiresAt: instantView,
  endedAt: instantView.nullable(),
  endedBy: actorView.nullable(),
  state: z.enum(exclusionStates),
  can: z.object({ end: z.boolean() }),
});

export const exclusionsView = z.object({
  rows: z.array(exclusionView),
  total: countView,
  page: z.int().min(1),
  pageSize: z.int().min(1),
});

/** What the assignment rules do with one VM. */
export const ruleOfVmView = z.object({
  ...explanation,
  /** The first enabled rule that matches; null: none does, or one of a team that the user does not see. */
  rule: refView.nullable(),
  /** The rule that put it under its policy, and whether it still matches; null: a person did, or no policy has it. */
  assigned: refView.extend({ matches: z.boolean() }).nullable(),
  exclusionId: z.string().nullable(),
  can: z.object({ exclude: z.boolean() }),
});

export const addedExclusionView = exclusionView.extend({
  /** The exclusion that was in force before, which the new one replaces. */
  replaced: z.boolean(),
});
