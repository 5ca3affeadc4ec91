import {
  groupNames,
  listGrantors,
  listTeams,
  type PersonRow,
  readAccess,
  type StoredVm,
  type TeamRow,
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
import type { SignedInContext } from "../context.ts";
import { lookupVm } from "../lookup.ts";
import { mayInspect } from "../people/sight.ts";
import { requirePerson, requireTeam, teamsInSight } from "../teams/find.ts";
import type { ExplainInput } from "./inputs.ts";
import type { explanationView } from "./view.ts";

type View = z.input<typeof explanationView>;

interface Subject {
  readonly person: Pick<PersonRow, "id" | "name" | "username">;
  readonly access: Access;
  readonly isDisabled: boolean;
}

/** The user of the question with their rights of now. About oneself, the limits of the token count. */
async function subjectOf(ctx: SignedInContext, ref: string | undefined): Promise<Subject> {
  const { prisma } = ctx.api.db;
  if (ref === undefined) return { person: ctx.who.person, access: ctx.who.access, isDisabled: false };
  const person = await requirePerson(prisma, ref);
  if (person.id !== ctx.who.person.id && !(await mayInspect(ctx, person.id))) {
    throw new KluisError("NOT_FOUND", {
      reason: "person",
      message: `No user ${ref} has signed in to Kluis.`,
      action: "Check the user name, or ask the person to sign in once.",
      params: { person: ref },
    });
  }
  return { person, access: await readAccess(prisma, person), isDisabled: person.disabledAt !== null };
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
  const subject = await subjectOf(ctx, input.person);
  const place = await placeOf(ctx, input);
  const { allowed, reason, roles } = explainAccess(
    subject.access,
    { permission, target: place.target },
    subject,
  );
  const seen = teamsInSight(ctx.who.access);
  const isSelf = subject.person.id === ctx.who.person.id;
  const shown = roles.filter(
    ({ held }) => isSelf || held.teamId === null || seen === undefined || seen.includes(held.teamId),
  );
  const { id, name, username } = subject.person;
  return {
    person: { id, name, username },
    permission,
    vm: place.vm && { id: place.vm.id, name: place.vm.name },
    team: place.team && { id: place.team.id, name: place.team.name },
    allowed,
    reason,
    roles: await describeRoles(prisma, shown),
    hiddenRoles: roles.length - shown.length,
    grantors: allowed ? [] : await grantorsOf(prisma, { permission, teams: place.teams, seen }),
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
