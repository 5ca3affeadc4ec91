import {
  addPolicyVersion,
  countPolicyVms,
  createPolicy as create,
  listPolicies as list,
  listPolicyVersions,
  listPolicyVms,
  listTeams,
  requirePolicy,
  type PolicyRow as StoredPolicy,
} from "@kluis/db";
import { can, describePolicy, KluisError, mustBeAllowed, nextOccurrences } from "@kluis/domain";
import { type SignedInContext, seen } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import { actorView, iso } from "../shape.ts";
import type { PolicyRow, PolicyView, Ref } from "../views/index.ts";
import { policySight } from "./facts.ts";
import type { CreatePolicyInput, UpdatePolicyInput } from "./inputs.ts";

export async function listPolicies(ctx: SignedInContext): Promise<readonly PolicyRow[]> {
  const { prisma } = ctx.api.db;
  const policies = await list(prisma, policySight(ctx));
  const counts = await countPolicyVms(prisma, seen(ctx));
  const teams = new Map((await listTeams(prisma)).map((team) => [team.id, team.name]));
  return policies.map((policy) => row(ctx, policy, { vmCount: counts.get(policy.id) ?? 0, teams }));
}

export async function getPolicy(ctx: SignedInContext, ref: string): Promise<PolicyView> {
  const { prisma } = ctx.api.db;
  const policy = await requirePolicy(prisma, ref, policySight(ctx));
  const vms = await listPolicyVms(prisma, seen(ctx), policy.id);
  const teams = new Map((await listTeams(prisma)).map((team) => [team.id, team.name]));
  const versions = await listPolicyVersions(prisma, policy.id);
  return {
    ...row(ctx, policy, { vmCount: vms.length, teams }),
    vms,
    versions: versions.map((version) => ({
      version: version.version,
      document: version.document,
      sentence: describePolicy(version.document),
      createdAt: iso(version.createdAt),
      createdBy: actorView(version.createdBy),
    })),
  };
}

function row(
  ctx: SignedInContext,
  policy: StoredPolicy,
  more: { readonly vmCount: number; readonly teams: ReadonlyMap<string, string> },
): PolicyRow {
  const { teamId, current } = policy;
  const [next] = nextOccurrences(current.document.schedule, ctx.api.clock.now(), 1);
  return {
    id: policy.id,
    name: policy.name,
    description: policy.description,
    team: teamId === null ? null : { id: teamId, name: more.teams.get(teamId) ?? teamId },
    currentVersion: current.version,
    document: current.document,
    sentence: describePolicy(current.document),
    vmCount: more.vmCount,
    nextRunAt: next === undefined ? null : iso(next),
    createdAt: iso(policy.createdAt),
    can: { edit: can(ctx.who.access, "policy:write", { kind: "team", teamId }) },
  };
}

interface Saved extends Ref {
  readonly version: number;
}

/** @throws KluisError FORBIDDEN, CONFLICT when the name is taken, NOT_FOUND for a team out of sight, INPUT_INVALID when the team must be said */
export async function createPolicy(ctx: SignedInContext, input: CreatePolicyInput): Promise<Saved> {
  const teamId = await teamFor(ctx, input.team);
  mustBeAllowed(ctx.who.access, "policy:write", { kind: "team", teamId });
  const { actor } = ctx.who;
  return record(ctx, async (tx) => {
    const { name, description, document } = input;
    const policy = await create(tx, { name, description, document, teamId, actor }, ctx.api.clock);
    const event = policyEvent(ctx, policy, { kind: "policy.created", data: { document, description } });
    return { result: saved(policy), events: [event] };
  });
}

/** @throws KluisError POLICY_NOT_FOUND, FORBIDDEN, CONFLICT when somebody else saved in between */
export async function updatePolicy(ctx: SignedInContext, input: UpdatePolicyInput): Promise<Saved> {
  const before = await requirePolicy(ctx.api.db.prisma, input.policy, policySight(ctx));
  mustBeAllowed(ctx.who.access, "policy:write", { kind: "team", teamId: before.teamId });
  const { expectedVersion, document, description } = input;
  const edit = { id: before.id, expectedVersion, document, actor: ctx.who.actor };
  return record(ctx, async (tx) => {
    const policy = await addPolicyVersion(
      tx,
      description === undefined ? edit : { ...edit, description },
      ctx.api.clock,
    );
    const event = policyEvent(ctx, policy, {
      kind: "policy.changed",
      data: {
        before: { version: before.current.version, document: before.current.document },
        after: { version: policy.current.version, document: policy.current.document },
      },
    });
    return { result: saved(policy), events: [event] };
  });
}

function saved(policy: StoredPolicy): Saved {
  return { id: policy.id, name: policy.name, version: policy.current.version };
}

function policyEvent(
  ctx: SignedInContext,
  policy: StoredPolicy,
  what: {
    readonly kind: "policy.created" | "policy.changed";
    readonly data: Readonly<Record<string, unknown>>;
  },
): VmEvent {
  return {
    kind: what.kind,
    actor: ctx.who.actor,
    target: { type: "policy", id: policy.id, name: policy.name },
    teamIds: policy.teamId === null ? [] : [policy.teamId],
    data: { version: policy.current.version, ...what.data },
  };
}

/** The team a new policy belongs to: as asked, or the only one possible; null for the whole organisation. */
async function teamFor(ctx: SignedInContext, asked: string | null | undefined): Promise<string | null> {
  const { access } = ctx.who;
  const organisation = can(access, "policy:write", { kind: "organisation" });
  if (asked) {
    const teams = await listTeams(
      ctx.api.db.prisma,
      organisation ? undefined : access.teams.map((team) => team.id),
    );
    const team = teams.find((one) => one.id === asked || one.slug === asked);
    if (team !== undefined) return team.id;
    throw new KluisError("NOT_FOUND", {
      reason: "team",
      message: `There is no team ${asked} that you belong to.`,
      action: "Choose one of your teams.",
      params: { team: asked },
    });
  }
  if (organisation) return null;
  const own = access.teams.filter((team) => can(access, "policy:write", { kind: "team", teamId: team.id }));
  const [only, second] = own;
  if (only !== undefined && second === undefined) return only.id;
  throw new KluisError("INPUT_INVALID", {
    message: "Say which team the policy is for.",
    action: `Choose one of: ${own.map((team) => team.name).join(", ")}.`,
  });
}
