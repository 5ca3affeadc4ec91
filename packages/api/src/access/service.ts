import {
  getPerson,
  getToken,
  groupNames,
  listGrantors,
  listTeams,
  type PersonRow,
  readWholeAccess,
  type StoredVm,
  type TeamRow,
  type TokenRow,
  type Tx,
} from "@kluis/db";
import {
  type Access,
  type AccessTarget,
  type ExplainedRole,
  explainAccess,
  KluisError,
  teamsOf,
} from "@kluis/domain";
import type { z } from "zod";
import { mustManageOwn, type SignedInContext } from "../context.ts";
import { lookupVm } from "../lookup.ts";
import { mayRevoke } from "../people/service.ts";
import { mayInspect } from "../people/sight.ts";
import { requirePerson, requireTeam, teamsInSight } from "../teams/find.ts";
import { describeToken } from "../tokens/describe.ts";
import type { tokenView } from "../tokens/view.ts";
import type { ExplainInput } from "./inputs.ts";
import type { explanationView } from "./view.ts";

type View = z.input<typeof explanationView>;

interface Subject {
  readonly person: Pick<PersonRow, "id" | "name" | "username">;
  /** Without the limits of the token. */
  readonly access: Access;
  readonly isDisabled: boolean;
  readonly limit: TokenRow | null;
  readonly token: z.input<typeof tokenView> | null;
}

/** The user of the question with their rights of now. About oneself, the limits of the token of the request count. */
async function subjectOf(ctx: SignedInContext, input: ExplainInput): Promise<Subject> {
  const { prisma } = ctx.api.db;
  if (input.token !== undefined) return subjectOfToken(ctx, input.token);
  const own = await getPerson(prisma, ctx.who.person.id);
  const person = input.person === undefined ? own : await requirePerson(prisma, input.person);
  if (person === null) throw unknownPerson(ctx.who.person.username);
  if (person.id === ctx.who.person.id) return subject(prisma, person, ctx.who.token);
  if (!(await mayInspect(ctx, person.id))) throw unknownPerson(input.person ?? "");
  return subject(prisma, person, null);
}

async function subject(tx: Tx, person: PersonRow, limit: TokenRow | null): Promise<Subject> {
  return {
    person,
    access: await readWholeAccess(tx, person, limit),
    isDisabled: person.disabledAt !== null,
    limit,
    token: limit === null ? null : await describeToken(tx, limit),
  };
}

/** @throws KluisError NOT_FOUND for a token that the asker could not revoke; FORBIDDEN for an own one, by a token without `self` */
async function subjectOfToken(ctx: SignedInContext, id: string): Promise<Subject> {
  const { prisma } = ctx.api.db;
  const token = await getToken(prisma, id);
  const owner = token === null ? null : await getPerson(prisma, token.personId);
  const isOwn = owner !== null && owner.id === ctx.who.person.id;
  if (isOwn && ctx.who.token?.id !== id) mustManageOwn(ctx);
  if (token !== null && owner !== null && (isOwn || (await mayRevoke(ctx, prisma, owner))))
    return subject(prisma, owner, token);
  throw new KluisError("NOT_FOUND", {
    reason: "token",
    message: "There is no such token that you can see.",
    action: "List the tokens.",
    params: { token: id },
  });
}

function unknownPerson(ref: string): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "person",
    message: `No user ${ref} has signed in to Kluis.`,
    action: "Check the user name, or ask the person to sign in once.",
    params: { person: ref },
  });
}

interface Place {
  readonly target: AccessTarget;
  readonly vm: StoredVm | null;
  readonly team: TeamRow | null;
  /** The teams in which a role would give it. */
  readonly teams: readonly TeamRow[];
}

async function placeOf(ctx: SignedInContext, { vm: vmRef, team: teamRef }: ExplainInput): Promise<Place> {
  const { prisma } = ctx.api.db;
  if (vmRef !== undefined) {
    const vm = await lookupVm(ctx, vmRef);
    return { target: { kind: "vm", vm }, vm, team: null, teams: teamsOf(await listTeams(prisma), vm) };
  }
  if (teamRef === undefined) return { target: { kind: "organisation" }, vm: null, team: null, teams: [] };
  const team = await requireTeam(prisma, ctx.who.access, teamRef);
  return { target: { kind: "team", teamId: team.id }, vm: null, team, teams: [team] };
}

/**
 * Explains a decision with the rules that make it.
 * @throws KluisError NOT_FOUND for a user whom the asker may not inspect; VM_NOT_FOUND
 */
export async function explain(ctx: SignedInContext, input: ExplainInput): Promise<View> {
  const { prisma } = ctx.api.db;
  const { permission } = input;
  const about = await subjectOf(ctx, input);
  const place = await placeOf(ctx, input);
  const { person, token, limit } = about;
  const { allowed, reason, roles } = explainAccess(
    about.access,
    { permission, target: place.target },
    { isDisabled: about.isDisabled, hasEnded: token !== null && token.state !== "active", limit },
  );
  const seen = teamsInSight(ctx.who.access);
  // A token of one team does not show the roles of its owner in others.
  const isWhole = person.id === ctx.who.person.id && ctx.who.token === null;
  const shown = roles.filter(
    ({ held }) => isWhole || held.teamId === null || seen === undefined || seen.includes(held.teamId),
  );
  const { id, name, username } = person;
  const ownerMay = reason.startsWith("token-");
  return {
    person: { id, name, username },
    token,
    permission,
    vm: place.vm && { id: place.vm.id, name: place.vm.name },
    team: place.team && { id: place.team.id, name: place.team.name },
    allowed,
    reason,
    roles: await describeRoles(prisma, shown),
    hiddenRoles: roles.length - shown.length,
    grantors: allowed || ownerMay ? [] : await grantorsOf(prisma, { permission, teams: place.teams, seen }),
  };
}

async function describeRoles(tx: Tx, roles: readonly ExplainedRole[]): Promise<View["roles"]> {
  const ids = roles.flatMap(({ held }) => (held.groupId === null ? [] : [held.groupId]));
  const names = await groupNames(tx, ids);
  const none = { subscriptionId: null, resourceGroup: null, tagName: null, tagValue: null };
  return roles.map(({ held, team, verdict, scope }) => ({
    role: held.role,
    custom: held.custom,
    team: team && { id: team.id, name: team.name },
    group: held.groupId === null ? null : { id: held.groupId, name: names.get(held.groupId) ?? held.groupId },
    verdict,
    scope: scope && { ...none, ...scope },
  }));
}

async function grantorsOf(
  tx: Tx,
  question: {
    readonly permission: ExplainInput["permission"];
    readonly teams: readonly TeamRow[];
    readonly seen: readonly string[] | undefined;
  },
): Promise<View["grantors"]> {
  const { permission, seen } = question;
  const teams = question.teams.filter(({ id }) => seen === undefined || seen.includes(id));
  const rows = await listGrantors(tx, { teamIds: teams.map(({ id }) => id), permission });
  return rows.map(({ name, teamId, isGroup }) => {
    const team = teams.find(({ id }) => id === teamId);
    return { name, isGroup, team: team === undefined ? null : { id: team.id, name: team.name } };
  });
}
