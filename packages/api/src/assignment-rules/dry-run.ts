/** What rules do with VMs, without doing it. */
import {
  activeExclusion,
  countVerdicts,
  explainVm,
  explainVms,
  listStandingRules,
  mustStand,
  newId,
  type PolicyRow,
  type RankedRule,
  rankedRule,
  readGuardrails,
  requireAssignmentRule,
  requirePolicy,
  type StandingRule,
  unknownRule,
} from "@kluis/db";
import {
  can,
  type ErrorInfo,
  errorInfo,
  isKluisError,
  matchesRule,
  type Ref,
  type RuleVerdict,
  restorePointKind,
  ruleVerdicts,
  teamsOf,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { lookupVm } from "../lookup.ts";
import { policySight } from "../policies/facts.ts";
import { requireTeam } from "../teams/find.ts";
import { explanationOf, namedRule, ruleSight } from "./facts.ts";
import type { PreviewRuleInput } from "./inputs.ts";
import type { ruleOfVmView, rulePreview } from "./view.ts";

interface Drafted {
  readonly rule: RankedRule;
  readonly rules: readonly RankedRule[];
  readonly block: ErrorInfo | null;
}

/** @throws KluisError NOT_FOUND, POLICY_NOT_FOUND */
export async function previewRule(
  ctx: SignedInContext,
  input: PreviewRuleInput,
): Promise<z.input<typeof rulePreview>> {
  const { prisma } = ctx.api.db;
  const sight = ruleSight(ctx);
  const saved = input.rule === undefined ? null : await requireAssignmentRule(prisma, input.rule, sight);
  const standing = await listStandingRules(prisma);
  const { draft, verdict, page, pageSize } = input;
  const drafted =
    draft === undefined
      ? asSaved(standing, saved?.id ?? "")
      : await asDrafted(ctx, { standing, draft, id: saved?.id ?? null });
  const { rule, rules, block } = drafted;
  const run = { rule, rules, visibility: seen(ctx) };
  const counts = await countVerdicts(prisma, run);
  const rows = await explainVms(prisma, run, { verdict, page, pageSize });
  const visible = standing.filter(({ team }) => sight === "all" || sight.teamIds.includes(team.id));
  return {
    counts,
    block,
    rows: rows.map((vm) => ({
      id: vm.id,
      name: vm.name,
      resourceGroup: vm.resourceGroup,
      ...explanationOf(vm, { visible, block }),
    })),
    total: verdict === undefined ? sumOf(counts) : counts[verdict],
    page,
    pageSize,
  };
}

function sumOf(counts: Readonly<Record<RuleVerdict, number>>): number {
  return ruleVerdicts.reduce((sum, verdict) => sum + counts[verdict], 0);
}

/** A saved rule at its place, as if it were enabled. */
function asSaved(standing: readonly StandingRule[], id: string): Drafted {
  const counted = standing.filter((rule) => rule.enabled || rule.id === id);
  const rules = counted.map(rankedRule);
  const own = counted.find((rule) => rule.id === id);
  const rule = rules.find((one) => one.id === id);
  // It was deleted between the two reads.
  if (own === undefined || rule === undefined) throw unknownRule(id);
  return { rule, rules, block: own.block };
}

/** A rule that is not saved, at the place that it would have. */
async function asDrafted(
  ctx: SignedInContext,
  {
    standing,
    draft,
    id,
  }: {
    readonly standing: readonly StandingRule[];
    readonly draft: NonNullable<PreviewRuleInput["draft"]>;
    readonly id: string | null;
  },
): Promise<Drafted> {
  const { prisma } = ctx.api.db;
  const team = await requireTeam(prisma, ctx.who.access, draft.team);
  const policy = await requirePolicy(prisma, draft.policy, policySight(ctx));
  const own = standing.find((one) => one.id === id);
  const block = await blockOf(ctx, { name: own?.name ?? "", team, policy });
  const rule: RankedRule = {
    id: id ?? newId(),
    // The last tries were of the saved rule.
    version: 0,
    conditions: draft.conditions,
    reach: team.reach,
    kind: restorePointKind(policy.current.document.consistency),
    isBlocked: block !== null,
  };
  const others = standing.filter((one) => one.enabled && one.id !== id);
  const position = draft.position ?? own?.position ?? Number.MAX_SAFE_INTEGER;
  // Numbers of the team's rules without this one: its own place moves those behind it up.
  const isBefore = (one: StandingRule): boolean =>
    one.team.id === team.id && placeWithout(one, own) < position;
  const before = others.filter(isBefore).length;
  const first = others.findIndex((one) => one.team.id === team.id);
  const at = (first < 0 ? placeOfTeam(others, team) : first) + before;
  const ranked = others.map(rankedRule);
  return { rule, rules: [...ranked.slice(0, at), rule, ...ranked.slice(at)], block };
}

function placeWithout(one: StandingRule, own: StandingRule | undefined): number {
  return own !== undefined && own.team.id === one.team.id && own.position < one.position
    ? one.position - 1
    : one.position;
}

/** Where the rules of a team without an enabled one would be: behind those of older teams. */
function placeOfTeam(
  others: readonly StandingRule[],
  team: { readonly createdAt: Date; readonly id: string },
): number {
  const isOlder = (one: StandingRule): boolean =>
    one.team.createdAt < team.createdAt ||
    (one.team.createdAt.getTime() === team.createdAt.getTime() && one.team.id < team.id);
  return others.filter(isOlder).length;
}

async function blockOf(
  ctx: SignedInContext,
  { name, team, policy }: { readonly name: string; readonly team: Ref; readonly policy: PolicyRow },
): Promise<ErrorInfo | null> {
  const guardrails = await readGuardrails(ctx.api.db.prisma);
  try {
    mustStand({ name, team, policy }, { policy, guardrails, access: ctx.who.access });
    return null;
  } catch (error) {
    if (isKluisError(error)) return errorInfo(error);
    throw error;
  }
}

/** What the rules do with one VM. @throws KluisError VM_NOT_FOUND */
export async function ruleOfVm(ctx: SignedInContext, ref: string): Promise<z.input<typeof ruleOfVmView>> {
  const vm = await lookupVm(ctx, ref);
  const { prisma } = ctx.api.db;
  const sight = ruleSight(ctx);
  const standing = await listStandingRules(prisma);
  const visible = standing.filter(({ team }) => sight === "all" || sight.teamIds.includes(team.id));
  const applied = standing.filter(({ enabled }) => enabled);
  const found = await explainVm(prisma, applied.map(rankedRule), vm.id);
  const winner = applied.find(({ id }) => id === found?.winner) ?? null;
  const assigning = standing.find(({ id }) => id === found?.rule) ?? null;
  const seenAssigning = assigning && namedRule(visible, assigning.id);
  const exclusion = await activeExclusion(prisma, vm.id);
  const shown =
    found === null ? nothingFound : explanationOf(found, { visible, block: winner?.block ?? null });
  return {
    ...shown,
    rule: winner && namedRule(visible, winner.id),
    assigned:
      assigning === null || seenAssigning === null || found?.verdict === "stopped"
        ? null
        : {
            ...seenAssigning,
            matches: teamsOf([assigning], vm).length > 0 && matchesRule(assigning.conditions, vm),
          },
    exclusionId: exclusion?.id ?? null,
    can: { exclude: vm.deletedAt === null && can(ctx.who.access, "protection:write", { kind: "vm", vm }) },
  };
}

const nothingFound = {
  verdict: "not-matched",
  refusal: null,
  error: null,
  policy: null,
  byRule: false,
  stopped: null,
  exclusion: null,
  earlier: null,
} as const;
