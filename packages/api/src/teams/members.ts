/** Who holds a role in a team or in the organization. */
import {
  type Assignment,
  assignRole,
  countMembers,
  countOwners,
  findAssignment,
  groupNames,
  listOrganisationMembers,
  listRoles,
  lockAccess,
  type MemberRow,
  nameGroup,
  permissionsOf,
  type Tx,
  unassignRole,
} from "@kluis/db";
import {
  can,
  type Grantor,
  type GrantRefusal,
  type Holder,
  KluisError,
  managesMembers,
  organisationRoles,
  roleChangeRefusal,
  rolePermissions,
  roles,
} from "@kluis/domain";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import { grantorNow } from "../rights-now.ts";
import { type ChosenRole, requirePerson, requireRole, requireTeam } from "./find.ts";
import type { AddMemberInput } from "./inputs.ts";
import { mustBeGrantable, mustHaveRoom, mustKeepOwner } from "./refusals.ts";
import type { membersView } from "./view.ts";

/** Roles in one team: more is a group of the directory. */
const membersMost = 500;

type MembersView = z.input<typeof membersView>;

function toRefusal(refusal: GrantRefusal | null): MembersView["members"][number]["removal"] {
  if (refusal === null) return null;
  return { reason: refusal.reason, permission: "permission" in refusal ? refusal.permission : null };
}

function holderOf({ person, group }: Pick<MemberRow, "person" | "group">): Holder {
  return person === null ? { kind: "group", id: group?.id ?? "" } : { kind: "person", id: person.id };
}

/** The members with what the user may take, and the roles with what the user may give. */
export async function describeMembers(
  tx: Tx,
  grantor: Grantor,
  place: { readonly teamId: string | null; readonly members: readonly MemberRow[] },
): Promise<MembersView> {
  const { teamId, members } = place;
  const canManage = managesMembers(grantor.access, teamId);
  const custom = teamId === null ? [] : await listRoles(tx, [teamId]);
  const builtIn = teamId === null ? organisationRoles : roles;
  const offered = [
    ...builtIn.map((role) => ({ role, custom: null, ownerTeamId: null, permissions: rolePermissions[role] })),
    ...custom.map((one) => ({
      role: null,
      custom: { id: one.id, name: one.name },
      ownerTeamId: one.team?.id ?? null,
      permissions: permissionsOf(null, one),
    })),
  ];
  // No one is named yet: an empty id is the user's own for no one.
  const anyone: Holder = { kind: "person", id: "" };
  return {
    canManage,
    members: members.map((member) => {
      const granted = { role: member.role, permissions: member.permissions, ownerTeamId: null };
      const change = { granted, teamId, holder: holderOf(member) };
      return { ...member, removal: toRefusal(roleChangeRefusal(grantor, change)) };
    }),
    roles: offered.map(({ ownerTeamId, ...one }) => {
      const granted = { role: one.role, permissions: one.permissions, ownerTeamId };
      const refusal = toRefusal(roleChangeRefusal(grantor, { granted, teamId, holder: anyone }));
      return { ...one, permissions: [...one.permissions], refusal };
    }),
  };
}

/** The roles that are held in the whole organization. */
export async function describeOrganisation(ctx: SignedInContext): Promise<MembersView> {
  const { prisma } = ctx.api.db;
  const members = await listOrganisationMembers(prisma);
  return describeMembers(prisma, await grantorNow(ctx, prisma), { teamId: null, members });
}

/**
 * Gives a role to a user or a group.
 * @throws KluisError NOT_FOUND, FORBIDDEN, INPUT_INVALID; CONFLICT when it is held already
 */
export function addMember(ctx: SignedInContext, input: AddMemberInput): Promise<MemberRow> {
  const { clock } = ctx.api;
  return record(ctx, async (tx) => {
    await lockAccess(tx);
    const grantor = await grantorNow(ctx, tx);
    const team = input.team === null ? null : await requireTeam(tx, grantor.access, input.team);
    const teamId = team?.id ?? null;
    const chosen = await requireRole(tx, input.role, teamId === null ? [] : [teamId]);
    const named = await requireHolder(tx, input.holder);
    mustBeGrantable(roleChangeRefusal(grantor, { granted: chosen, teamId, holder: named }));
    mustHaveRoom(await countMembers(tx, teamId), membersMost);
    const holder = named.kind === "person" ? { personId: named.id } : { groupId: named.id };
    const role = chosen.role ?? { id: chosen.id ?? "" };
    const id = await assignRole(tx, { role, teamId, holder }, clock);
    if (id === null) throw alreadyHeld(named.name, chosen.name);
    const names = await nameOf(tx, input.holder);
    const result = toRow({ id, chosen, named: { ...named, name: names ?? named.name }, at: clock.now() });
    return { result, events: [memberEvent(ctx, "role.assigned", { named, chosen, team })] };
  });
}

/** Stores the name that the user gave the group. */
async function nameOf(tx: Tx, holder: AddMemberInput["holder"]): Promise<string | null> {
  if (holder.kind === "person" || holder.name === undefined) return null;
  await nameGroup(tx, holder.groupId, holder.name);
  return holder.name;
}

type Named = Holder & { readonly name: string; readonly username: string; readonly isDisabled: boolean };

async function requireHolder(tx: Tx, holder: AddMemberInput["holder"]): Promise<Named> {
  if (holder.kind === "person") {
    const { id, name, username, disabledAt } = await requirePerson(tx, holder.person);
    return { kind: "person", id, name, username, isDisabled: disabledAt !== null };
  }
  const known = (await groupNames(tx, [holder.groupId])).get(holder.groupId);
  const name = holder.name ?? known ?? holder.groupId;
  return { kind: "group", id: holder.groupId, name, username: "", isDisabled: false };
}

function toRow(made: {
  readonly id: string;
  readonly chosen: ChosenRole;
  readonly named: Named;
  readonly at: Date;
}): MemberRow {
  const { id, chosen, named, at } = made;
  const { kind, name, username, isDisabled } = named;
  return {
    id,
    role: chosen.role,
    custom: chosen.id === null ? null : { id: chosen.id, name: chosen.name },
    permissions: [...chosen.permissions],
    person: kind === "person" ? { id: named.id, name, username, isDisabled } : null,
    group: kind === "group" ? { id: named.id, name } : null,
    since: at,
  };
}

function alreadyHeld(holder: string, role: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "role-held-already",
    message: `${holder} already has the role ${role} here.`,
    action: "There is nothing to do.",
    params: { holder, role },
  });
}

/**
 * Takes a role away.
 * @throws KluisError NOT_FOUND, also for a member of another team; FORBIDDEN; CONFLICT for the last owner
 */
export function removeMember(ctx: SignedInContext, id: string): Promise<{ readonly removed: boolean }> {
  return record(ctx, async (tx) => {
    await lockAccess(tx);
    const grantor = await grantorNow(ctx, tx);
    const found = await findAssignment(tx, id);
    if (found === null || !isInSight(grantor, found)) throw unknownMember(id);
    const { chosen, named } = await describeAssignment(tx, found);
    const team = found.teamId === null ? null : await requireTeam(tx, grantor.access, found.teamId);
    mustBeGrantable(roleChangeRefusal(grantor, { granted: chosen, teamId: found.teamId, holder: named }));
    const removed = await unassignRole(tx, id);
    if (found.role === "owner" && found.teamId === null) mustKeepOwner(await countOwners(tx));
    return { result: { removed }, events: [memberEvent(ctx, "role.unassigned", { named, chosen, team })] };
  });
}

function isInSight({ access }: Grantor, { teamId }: Assignment): boolean {
  const place = teamId === null ? ({ kind: "organisation" } as const) : ({ kind: "team", teamId } as const);
  return can(access, "inventory:read", place);
}

function unknownMember(id: string): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "member",
    message: "This role is not held, or you cannot see it.",
    action: "List the members of the team.",
    params: { member: id },
  });
}

async function describeAssignment(
  tx: Tx,
  { role, custom, person, groupId }: Assignment,
): Promise<{ readonly chosen: ChosenRole; readonly named: Named }> {
  const chosen: ChosenRole = {
    role,
    name: custom?.name ?? role ?? "",
    id: custom?.id ?? null,
    permissions: permissionsOf(role, custom),
    ownerTeamId: custom?.teamId ?? null,
  };
  if (person !== null) {
    const { id, name, username, disabledAt } = person;
    return { chosen, named: { kind: "person", id, name, username, isDisabled: disabledAt !== null } };
  }
  const id = groupId ?? "";
  const name = (await groupNames(tx, [id])).get(id) ?? id;
  return { chosen, named: { kind: "group", id, name, username: "", isDisabled: false } };
}

function memberEvent(
  ctx: SignedInContext,
  kind: "role.assigned" | "role.unassigned",
  what: {
    readonly named: Named;
    readonly chosen: ChosenRole;
    readonly team: { readonly id: string; readonly name: string } | null;
  },
): VmEvent {
  const { named, chosen, team } = what;
  const data = {
    role: chosen.name,
    ...(chosen.id !== null && { roleId: chosen.id, permissions: [...chosen.permissions] }),
    teamId: team?.id ?? null,
    team: team?.name ?? null,
  };
  const target = { type: named.kind, id: named.id, name: named.name };
  return { kind, actor: ctx.who.actor, target, teamIds: team === null ? [] : [team.id], data };
}
