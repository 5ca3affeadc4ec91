/** Whether a rule may protect VMs now: by its policy, the guardrails, and the rights of the user who saved it. */
import {
  type Access,
  type AccessTeam,
  type ErrorInfo,
  errorInfo,
  type Guardrails,
  isKluisError,
  KluisError,
  mustBeAllowed,
  mustKeepGuardrails,
  mustTakeVms,
  policyViolations,
  type Ref,
  type TeamReach,
  tagRuleViolations,
} from "@kluis/domain";
import { readGuardrails } from "../guardrails/read.ts";
import { getPerson } from "../people/write.ts";
import { listPolicies, type PolicyRow, policyNotFound } from "../policies/read.ts";
import { listTeams, readAccess } from "../teams/read.ts";
import type { Tx } from "../tx.ts";
import { type AssignmentRuleRow, listAssignmentRules } from "./rules.ts";

/** A rule with what it needs to protect VMs. */
export interface StandingRule extends AssignmentRuleRow {
  readonly reach: readonly TeamReach[];
  /** Null: it cannot be read any more. */
  readonly document: PolicyRow["current"]["document"] | null;
  /** The rights of now of the user who saved it. */
  readonly access: Access;
  /** Why it protects nothing; null when it does. */
  readonly block: ErrorInfo | null;
}

/**
 * What binds a rule when it is saved, and again whenever it applies.
 * @throws KluisError POLICY_NOT_FOUND, INPUT_INVALID for a policy of another team, CONFLICT for a retired one, GUARDRAIL, FORBIDDEN
 */
export function mustStand(
  rule: { readonly name: string; readonly team: Ref; readonly policy: Ref },
  {
    policy,
    guardrails,
    access,
  }: { readonly policy: PolicyRow | null; readonly guardrails: Guardrails; readonly access: Access },
): void {
  mustBeAllowed(access, "protection:write", { kind: "team", teamId: rule.team.id });
  if (policy === null) throw policyNotFound(rule.policy.name);
  if (policy.team !== null && policy.team.id !== rule.team.id)
    throw new KluisError("INPUT_INVALID", {
      reason: "policy-of-other-team",
      message: `The policy ${policy.name} belongs to another team than the rule.`,
      action: `Choose a policy of the team ${rule.team.name}, or one that is offered to every team.`,
      params: { policy: policy.name, team: rule.team.name },
    });
  mustTakeVms(policy, null);
  mustKeepGuardrails([
    ...tagRuleViolations(rule.name, guardrails),
    ...policyViolations(policy.current.document, guardrails),
  ]);
}

const noAccess: Access = { roles: [], teams: [], limitedTo: null };

/** All rules in their order, each with the reason for which it protects nothing at the moment. */
export async function listStandingRules(tx: Tx): Promise<StandingRule[]> {
  const rules = await listAssignmentRules(tx, "all");
  if (rules.length === 0) return [];
  const policies = new Map((await listPolicies(tx, "all")).map((policy) => [policy.id, policy]));
  const teamIds = [...new Set(rules.map(({ team }) => team.id))];
  const reaches = new Map((await listTeams(tx, teamIds)).map((team: AccessTeam) => [team.id, team.reach]));
  const guardrails = await readGuardrails(tx);
  const accesses = new Map<string, Access>();
  const standing: StandingRule[] = [];
  for (const rule of rules) {
    const saver = rule.savedBy.kind === "person" ? rule.savedBy.personId : "";
    const access = accesses.get(saver) ?? (await accessOf(tx, saver));
    accesses.set(saver, access);
    const policy = policies.get(rule.policy.id) ?? null;
    standing.push({
      ...rule,
      reach: reaches.get(rule.team.id) ?? [],
      document: policy?.current.document ?? null,
      access,
      block: blockOf(rule, { policy, guardrails, access }),
    });
  }
  return standing;
}

/** A user who is disabled or removed has no rights. */
async function accessOf(tx: Tx, personId: string): Promise<Access> {
  const person = await getPerson(tx, personId);
  return person === null || person.disabledAt !== null ? noAccess : readAccess(tx, person);
}

function blockOf(rule: AssignmentRuleRow, facts: Parameters<typeof mustStand>[1]): ErrorInfo | null {
  try {
    mustStand(rule, facts);
    return null;
  } catch (error) {
    if (isKluisError(error, "FORBIDDEN")) return errorInfo(withoutSaver(rule));
    if (isKluisError(error)) return errorInfo(error);
    throw error;
  }
}

function withoutSaver({ name, team, savedBy }: AssignmentRuleRow): KluisError {
  return new KluisError("FORBIDDEN", {
    reason: "rule-saver",
    message: `${savedBy.name}, who saved the rule ${name}, may not protect virtual machines of the team ${team.name} any more.`,
    action: "Let a user save the rule again who has the permission protection:write there.",
    params: { rule: name, user: savedBy.name, team: team.name },
  });
}
