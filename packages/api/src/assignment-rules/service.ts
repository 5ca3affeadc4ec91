/** Assignment rules: who may write them is who may protect every VM of the team. */
import {
  type AssignmentRuleRow,
  countRuleVms,
  createAssignmentRule,
  deleteAssignmentRule,
  enqueue,
  findPolicy,
  holdGuardrails,
  holdPolicy,
  listStandingRules,
  listTeams,
  lockAssignmentRules,
  mustStand,
  requireAssignmentRule,
  requirePolicy,
  type StandingRule,
  type Tx,
  unknownRule,
  updateAssignmentRule,
} from "@kluis/db";
import { can, describeConditions, mustBeAllowed, type Ref, ruleLimits } from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext } from "../context.ts";
import { policySight } from "../policies/facts.ts";
import { record, type VmEvent } from "../record.ts";
import { requireNow } from "../rights-now.ts";
import { requireTeam } from "../teams/find.ts";
import { ruleSight } from "./facts.ts";
import type { CreateRuleInput, UpdateRuleInput } from "./inputs.ts";
import type { rulesView, ruleView, savedRuleView } from "./view.ts";

export async function listRules(ctx: SignedInContext): Promise<z.input<typeof rulesView>> {
  const { prisma } = ctx.api.db;
  const sight = ruleSight(ctx);
  const isSeen = ({ team }: StandingRule): boolean => sight === "all" || sight.teamIds.includes(team.id);
  const rules = (await listStandingRules(prisma)).filter(isSeen);
  const counts = await countRuleVms(prisma);
  return {
    rows: rules.map((rule) => viewOf(ctx, rule, counts.get(rule.id) ?? 0)),
    teams: await writableTeams(ctx),
  };
}

/** @throws KluisError NOT_FOUND */
export async function getRule(ctx: SignedInContext, ref: string): Promise<z.input<typeof ruleView>> {
  const { prisma } = ctx.api.db;
  const { id } = await requireAssignmentRule(prisma, ref, ruleSight(ctx));
  const rule = (await listStandingRules(prisma)).find((one) => one.id === id);
  // It was deleted between the two reads.
  if (rule === undefined) throw unknownRule(ref);
  return viewOf(ctx, rule, (await countRuleVms(prisma)).get(id) ?? 0);
}

async function writableTeams(ctx: SignedInContext): Promise<Ref[]> {
  const { access } = ctx.who;
  const all = can(access, "protection:write", { kind: "organisation" });
  const teams = all ? await listTeams(ctx.api.db.prisma) : access.teams;
  return teams
    .filter((team) => mayWrite(ctx, team))
    .map(({ id, name }) => ({ id, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function mayWrite(ctx: SignedInContext, team: Ref): boolean {
  return can(ctx.who.access, "protection:write", { kind: "team", teamId: team.id });
}

function viewOf(ctx: SignedInContext, rule: StandingRule, vms: number): z.input<typeof ruleView> {
  const {
    id,
    name,
    team,
    policy,
    position,
    enabled,
    conditions,
    version,
    createdAt,
    savedAt,
    savedBy,
    block,
  } = rule;
  return {
    id,
    name,
    team,
    policy,
    position,
    enabled,
    conditions,
    sentence: describeConditions(conditions),
    version,
    createdAt,
    savedAt,
    savedBy,
    vms,
    block,
    can: { edit: mayWrite(ctx, team) },
  };
}

type Saved = z.input<typeof savedRuleView>;

/**
 * Saves a rule, which then protects what it matches.
 * @throws KluisError NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN, GUARDRAIL, CONFLICT, INPUT_INVALID for a policy of another team
 */
export async function createRule(ctx: SignedInContext, input: CreateRuleInput): Promise<Saved> {
  const { id, name: teamName } = await requireTeam(ctx.api.db.prisma, ctx.who.access, input.team);
  const team = { id, name: teamName };
  mustBeAllowed(ctx.who.access, "protection:write", { kind: "team", teamId: team.id });
  const policy = await requirePolicy(ctx.api.db.prisma, input.policy, policySight(ctx));
  const { name, conditions, enabled, position = ruleLimits.rulesOfTeam } = input;
  return record(ctx, async (tx) => {
    await lockAssignmentRules(tx);
    await mustBind(ctx, tx, { name, team, policy, enabled });
    const facts = { name, policy, enabled, conditions, position };
    const rule = await createAssignmentRule(tx, { ...facts, team, actor: ctx.who.actor }, ctx.api.clock);
    await wakeEngine(tx);
    return {
      result: saved(rule),
      events: [ruleEvent(ctx, rule, { kind: "rule.created", data: { after: readable(rule) } })],
    };
  });
}

/**
 * Saves a new version. It applies with the rights of the user who saved it last.
 * @throws KluisError NOT_FOUND, POLICY_NOT_FOUND, FORBIDDEN, GUARDRAIL, CONFLICT also when it was saved meanwhile, INPUT_INVALID
 */
export async function updateRule(ctx: SignedInContext, input: UpdateRuleInput): Promise<Saved> {
  const { prisma } = ctx.api.db;
  const { id } = await requireAssignmentRule(prisma, input.rule, ruleSight(ctx));
  const wanted =
    input.policy === undefined ? null : await requirePolicy(prisma, input.policy, policySight(ctx));
  return record(ctx, async (tx) => {
    await lockAssignmentRules(tx);
    const before = await requireAssignmentRule(tx, id, ruleSight(ctx));
    const facts = {
      name: input.name ?? before.name,
      policy: wanted ?? before.policy,
      enabled: input.enabled ?? before.enabled,
      conditions: input.conditions ?? before.conditions,
      position: input.position ?? before.position,
    };
    await mustBind(ctx, tx, { ...facts, team: before.team });
    const { expectedVersion } = input;
    const rule = await updateAssignmentRule(tx, { before, expectedVersion, actor: ctx.who.actor, ...facts });
    await wakeEngine(tx);
    const data = { before: readable(before), after: readable(rule) };
    return { result: saved(rule), events: [ruleEvent(ctx, rule, { kind: "rule.changed", data })] };
  });
}

/** Deletes a rule. VMs that it has protected stay under their policy. @throws KluisError NOT_FOUND, FORBIDDEN */
export async function deleteRule(ctx: SignedInContext, ref: string): Promise<Saved> {
  const { id } = await requireAssignmentRule(ctx.api.db.prisma, ref, ruleSight(ctx));
  return record(ctx, async (tx) => {
    await lockAssignmentRules(tx);
    const rule = await requireAssignmentRule(tx, id, ruleSight(ctx));
    await requireNow(ctx, tx, writeIn(rule.team));
    await deleteAssignmentRule(tx, rule);
    // Another rule may match now, and what was raised about this one is cleared.
    await wakeEngine(tx);
    return {
      result: saved(rule),
      events: [ruleEvent(ctx, rule, { kind: "rule.deleted", data: { before: readable(rule) } })],
    };
  });
}

function writeIn(team: Ref) {
  return { permission: "protection:write", target: { kind: "team", teamId: team.id } } as const;
}

/** What binds a rule, in the transaction that saves it. One that is paused protects nothing, so that it can always be paused. */
async function mustBind(
  ctx: SignedInContext,
  tx: Tx,
  {
    name,
    team,
    policy: { id, name: policyName },
    enabled,
  }: { readonly name: string; readonly team: Ref; readonly policy: Ref; readonly enabled: boolean },
): Promise<void> {
  const access = await requireNow(ctx, tx, writeIn(team));
  const guardrails = await holdGuardrails(tx);
  await holdPolicy(tx, id);
  if (!enabled) return;
  const policy = await findPolicy(tx, id);
  mustStand({ name, team, policy: { id, name: policyName } }, { policy, guardrails, access });
}

async function wakeEngine(tx: Tx): Promise<void> {
  await enqueue(tx, "rules.apply", {});
}

function saved({ id, name, version }: AssignmentRuleRow): Saved {
  return { id, name, version };
}

/** A rule as the ledger records it. */
function readable({ name, policy, enabled, position, conditions }: AssignmentRuleRow) {
  return {
    name,
    policy: policy.name,
    enabled,
    position,
    matches: describeConditions(conditions),
    conditions,
  };
}

function ruleEvent(
  ctx: SignedInContext,
  { id, name, team }: AssignmentRuleRow,
  { kind, data }: Pick<VmEvent, "kind" | "data">,
): VmEvent {
  return {
    kind,
    actor: ctx.who.actor,
    target: { type: "assignment-rule", id, name },
    teamIds: [team.id],
    ...(data === undefined ? {} : { data }),
  };
}
