import {
  addScope as addScopeRow,
  countOutsideReach,
  deleteTeam,
  ensureTeam,
  holdGuardrails,
  listTeams as listRows,
  listTeamMembers,
  listTeamPolicies,
  lockAccess,
  lowerCase,
  movePolicies,
  noteViolations,
  previewReach,
  removeScope as removeScopeRow,
  renameTeam as renameRow,
  type TeamRow,
  type TeamView,
  type Tx,
} from "@kluis/db";
import {
  can,
  KluisError,
  type LedgerKind,
  mustBeAllowed,
  mustKeepGuardrails,
  scopeViolations,
  type TeamReach,
} from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import { accessNow, grantorNow } from "../rights-now.ts";
import { requireTeam, teamsInSight } from "./find.ts";
import type { AddScopeInput, PreviewScopesInput, RemoveScopeInput, RemoveTeamInput } from "./inputs.ts";
import { describeMembers } from "./members.ts";
import { mustHaveRoom } from "./refusals.ts";
import type { changedTeamView, reachPreviewView, teamDetailView } from "./view.ts";

const teamsMost = 1_000;
const scopesMost = 200;

type Changed = z.input<typeof changedTeamView>;

export function listTeams(ctx: SignedInContext): Promise<TeamView[]> {
  return listTeamMembers(ctx.api.db.prisma, teamsInSight(ctx.who.access));
}

/** @throws KluisError NOT_FOUND, also for a team of others */
export async function getTeam(ctx: SignedInContext, ref: string): Promise<z.input<typeof teamDetailView>> {
  const { prisma } = ctx.api.db;
  const { access } = ctx.who;
  const { id } = await requireTeam(prisma, access, ref);
  const [team] = await listTeamMembers(prisma, [id]);
  if (team === undefined) throw new KluisError("INTERNAL", { message: "The team has just been removed." });
  const described = await describeMembers(prisma, await grantorNow(ctx, prisma), {
    teamId: id,
    members: team.members,
  });
  return { ...team, ...described, canScope: can(access, "platform:manage", { kind: "organisation" }) };
}

/** Runs a change of an owner of the platform while no one else changes teams, roles or users. */
function asOwner<T>(
  ctx: SignedInContext,
  change: (tx: Tx) => Promise<{ readonly result: T; readonly events: readonly VmEvent[] }>,
): Promise<T> {
  return record(ctx, async (tx) => {
    await lockAccess(tx);
    mustBeAllowed(await accessNow(ctx, tx), "platform:manage", { kind: "organisation" });
    return change(tx);
  });
}

function teamEvent(
  ctx: SignedInContext,
  { id, name }: { readonly id: string; readonly name: string },
  what: { readonly kind: LedgerKind; readonly data: Readonly<Record<string, unknown>> },
): VmEvent {
  return { ...what, actor: ctx.who.actor, target: { type: "team", id, name }, teamIds: [id] };
}

/** `Web shop (EU)` → `web-shop-eu`. A name without Latin letters or digits gets a number. */
function slugOf(name: string, count: number): string {
  const plain = name.normalize("NFKD").toLowerCase();
  const slug = plain
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return slug === "" ? `team-${count + 1}` : slug;
}

/** @throws KluisError CONFLICT when the name is taken */
export function createTeam(ctx: SignedInContext, name: string): Promise<Changed> {
  return asOwner(ctx, async (tx) => {
    const teams = await listRows(tx);
    mustHaveRoom(teams.length, teamsMost);
    mustBeFree(teams, name);
    const slug = slugOf(name, teams.length);
    const made = await ensureTeam(tx, { slug, name, reach: [] }, ctx.api.clock);
    if (!made.created) throw nameTaken(name);
    const event = teamEvent(ctx, { id: made.id, name }, { kind: "team.created", data: { reach: [] } });
    return { result: { id: made.id, name, slug }, events: [event] };
  });
}

function mustBeFree(teams: readonly TeamRow[], name: string, exceptId?: string): void {
  const wanted = name.toLowerCase();
  const twin = teams.find(
    (team) => team.id !== exceptId && [team.name.toLowerCase(), team.slug].includes(wanted),
  );
  if (twin !== undefined) throw nameTaken(name);
}

function nameTaken(name: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "team-name-taken",
    message: `There is already a team named ${name}.`,
    action: "Choose another name.",
    params: { team: name },
  });
}

/** @throws KluisError NOT_FOUND; CONFLICT when the name is taken */
export function renameTeam(ctx: SignedInContext, ref: string, name: string): Promise<Changed> {
  return asOwner(ctx, async (tx) => {
    const team = await requireTeam(tx, ctx.who.access, ref);
    mustBeFree(await listRows(tx), name, team.id);
    await renameRow(tx, team.id, name);
    const event = teamEvent(
      ctx,
      { id: team.id, name },
      { kind: "team.renamed", data: { from: team.name, to: name } },
    );
    return { result: { id: team.id, name, slug: team.slug }, events: team.name === name ? [] : [event] };
  });
}

/**
 * Removes a team. Its policies go to another team or to every team: no VM loses its protection.
 * @throws KluisError NOT_FOUND; CONFLICT while it has policies that go nowhere, or that bind VMs outside of the other team
 */
export function removeTeam(ctx: SignedInContext, input: RemoveTeamInput): Promise<Changed> {
  return asOwner(ctx, async (tx) => {
    const { access } = ctx.who;
    const team = await requireTeam(tx, access, input.team);
    const target =
      typeof input.policiesTo === "string" ? await requireTeam(tx, access, input.policiesTo) : null;
    await holdGuardrails(tx);
    const policies = await listTeamPolicies(tx, team.id);
    if (policies.length > 0 && (input.policiesTo === undefined || target?.id === team.id))
      throw hasPolicies(team, policies);
    if (policies.length > 0) await moveTo(tx, team, target);
    await deleteTeam(tx, team.id);
    await noteViolations(tx);
    const data = { policies, policiesTo: target?.name ?? null, scopes: team.reach };
    const event = teamEvent(ctx, team, { kind: "team.removed", data });
    const events = target === null ? [event] : [{ ...event, teamIds: [team.id, target.id] }];
    return { result: { id: team.id, name: team.name, slug: team.slug }, events };
  });
}

function hasPolicies(team: TeamRow, names: readonly string[]): KluisError {
  const policies = names.slice(0, 10).join(", ");
  return new KluisError("CONFLICT", {
    reason: "team-has-policies",
    message: `The team ${team.name} has ${names.length} policies: ${policies}.`,
    action: "Choose the team that gets them, or offer them to every team.",
    params: { team: team.name, count: names.length, policies },
  });
}

async function moveTo(tx: Tx, team: TeamRow, target: TeamRow | null): Promise<void> {
  if (target !== null) {
    const outside = await countOutsideReach(tx, team.id, target.reach);
    if (outside > 0) {
      throw new KluisError("CONFLICT", {
        reason: "team-policies-outside",
        message: `Policies of ${team.name} protect ${outside} VMs that ${target.name} does not reach.`,
        action: "Choose a team that reaches them, or offer the policies to every team.",
        params: { team: team.name, target: target.name, vms: outside },
      });
    }
  }
  await movePolicies(tx, team.id, target?.id ?? null);
}

/** @throws KluisError NOT_FOUND; CONFLICT when the team has the scope; GUARDRAIL for a tag where none is allowed */
export function addScope(ctx: SignedInContext, input: AddScopeInput): Promise<Changed> {
  return asOwner(ctx, async (tx) => {
    const team = await requireTeam(tx, ctx.who.access, input.team);
    mustHaveRoom(team.reach.length, scopesMost);
    const scope = lowerCase(input.scope);
    mustKeepGuardrails(scopeViolations([scope], await holdGuardrails(tx)));
    const effect = await effectOf(tx, team, [...team.reach, scope]);
    if (!(await addScopeRow(tx, { teamId: team.id, reach: scope }, ctx.api.clock))) {
      throw new KluisError("CONFLICT", {
        reason: "scope-known",
        message: `The team ${team.name} already has this scope.`,
        action: "There is nothing to do.",
        params: { team: team.name },
      });
    }
    const event = teamEvent(ctx, team, { kind: "team.scope-added", data: { scope, ...effect } });
    await noteViolations(tx);
    return { result: { id: team.id, name: team.name, slug: team.slug }, events: [event] };
  });
}

/** @throws KluisError NOT_FOUND */
export function removeScope(ctx: SignedInContext, input: RemoveScopeInput): Promise<Changed> {
  return asOwner(ctx, async (tx) => {
    const team = await requireTeam(tx, ctx.who.access, input.team);
    await holdGuardrails(tx);
    const { rest, scope } = await withoutScope(tx, team, input.scope);
    const effect = await effectOf(tx, team, rest);
    await removeScopeRow(tx, team.id, input.scope);
    const event = teamEvent(ctx, team, { kind: "team.scope-removed", data: { scope, ...effect } });
    await noteViolations(tx);
    return { result: { id: team.id, name: team.name, slug: team.slug }, events: [event] };
  });
}

/** How many VMs come and go, for the event. */
async function effectOf(tx: Tx, team: TeamRow, after: readonly TeamReach[]) {
  const { comes, goes } = await previewReach(tx, team.id, { before: team.reach, after });
  return { vmsAdded: comes.count, vmsRemoved: goes.count, protectedRemoved: goes.bound };
}

/** What a team reaches without one of its scopes. */
async function withoutScope(tx: Tx, team: TeamRow, id: string) {
  const [view] = await listTeamMembers(tx, [team.id]);
  const index = view?.scopes.findIndex((one) => one.id === id) ?? -1;
  const scope = team.reach[index];
  if (scope !== undefined) return { scope, rest: team.reach.filter((_, at) => at !== index) };
  throw new KluisError("NOT_FOUND", {
    reason: "scope",
    message: `The team ${team.name} has no such scope.`,
    action: "List the scopes of the team.",
    params: { team: team.name },
  });
}

/** The VMs that a change of scopes brings and takes. */
export async function previewScopes(
  ctx: SignedInContext,
  input: PreviewScopesInput,
): Promise<z.input<typeof reachPreviewView>> {
  const { prisma } = ctx.api.db;
  mustBeAllowed(ctx.who.access, "platform:manage", { kind: "organisation" });
  const team = await requireTeam(prisma, ctx.who.access, input.team);
  const rest =
    input.remove === undefined ? team.reach : (await withoutScope(prisma, team, input.remove)).rest;
  const after = input.add === undefined ? rest : [...rest, lowerCase(input.add)];
  const { comes, goes } = await previewReach(prisma, team.id, { before: team.reach, after });
  return { comes: { ...comes, vms: [...comes.vms] }, goes: { ...goes, vms: [...goes.vms] } };
}
