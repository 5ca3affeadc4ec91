import {
  type Access,
  type AccessTeam,
  type Clock,
  type Permission,
  type Role,
  roles,
  type TeamReach,
} from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";

export interface TeamRow extends AccessTeam {
  readonly slug: string;
  readonly createdAt: Date;
}

const scopeFields = {
  kind: true,
  subscriptionId: true,
  resourceGroup: true,
  tagName: true,
  tagValue: true,
} as const;

const reachSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("subscription"), subscriptionId: z.string() }),
  z.object({ kind: z.literal("resource-group"), subscriptionId: z.string(), resourceGroup: z.string() }),
  z.object({ kind: z.literal("tag"), tagName: z.string(), tagValue: z.string() }),
]) satisfies z.ZodType<TeamReach>;

const roleSchema = z.enum(roles);

export async function listTeams(tx: Tx, ids?: readonly string[]): Promise<TeamRow[]> {
  const rows = await tx.team.findMany({
    ...(ids && { where: { id: { in: [...ids] } } }),
    orderBy: { slug: "asc" },
    select: { id: true, slug: true, name: true, createdAt: true, scopes: { select: scopeFields } },
  });
  return rows.map(({ scopes, ...team }) => ({ ...team, reach: z.array(reachSchema).parse(scopes) }));
}

/** Creates the team, or finds it by its slug. Name and reach of a team that exists stay as they are. */
export async function ensureTeam(
  tx: Tx,
  team: { readonly slug: string; readonly name: string; readonly reach: readonly TeamReach[] },
  clock: Clock,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const found = await tx.team.findUnique({ where: { slug: team.slug }, select: { id: true } });
  if (found) return { id: found.id, created: false };
  const id = newId(clock);
  await tx.team.create({
    data: {
      id,
      slug: team.slug,
      name: team.name,
      createdAt: clock.now(),
      scopes: { create: team.reach.map((reach) => ({ id: newId(clock), ...lowerCase(reach) })) },
    },
  });
  return { id, created: true };
}

function lowerCase(reach: TeamReach): TeamReach {
  if (reach.kind === "tag") return { ...reach, tagName: reach.tagName.toLowerCase() };
  const subscriptionId = reach.subscriptionId.toLowerCase();
  if (reach.kind === "subscription") return { ...reach, subscriptionId };
  return { ...reach, subscriptionId, resourceGroup: reach.resourceGroup.toLowerCase() };
}

export interface RoleHolding {
  readonly role: Role;
  /** null: the whole organisation. */
  readonly teamId: string | null;
  readonly holder: { readonly personId: string } | { readonly groupId: string };
}

/** Gives a role; true when it was not held before. */
export async function assignRole(tx: Tx, holding: RoleHolding, clock: Clock): Promise<boolean> {
  const { role, teamId, holder } = holding;
  const found = await tx.roleAssignment.findFirst({
    where: { role, teamId, ...holder },
    select: { id: true },
  });
  if (found) return false;
  await tx.roleAssignment.create({
    data: { id: newId(clock), role, teamId, ...holder, createdAt: clock.now() },
  });
  return true;
}

export interface RoleAssignmentRow {
  readonly role: Role;
  readonly teamId: string | null;
  readonly person: { readonly id: string; readonly name: string; readonly username: string } | null;
  readonly groupId: string | null;
}

export async function listRoleAssignments(tx: Tx, teamIds?: readonly string[]): Promise<RoleAssignmentRow[]> {
  const rows = await tx.roleAssignment.findMany({
    ...(teamIds && { where: { teamId: { in: [...teamIds] } } }),
    orderBy: { createdAt: "asc" },
    select: {
      role: true,
      teamId: true,
      groupId: true,
      person: { select: { id: true, name: true, username: true } },
    },
  });
  return rows.map((row) => ({ ...row, role: roleSchema.parse(row.role) }));
}

/** What a person may do now: roles held directly or through their groups, and what the roles' teams reach. */
export async function readAccess(
  tx: Tx,
  person: { readonly id: string; readonly groupIds: readonly string[] },
  limitedTo: readonly Permission[] | null = null,
): Promise<Access> {
  const rows = await tx.roleAssignment.findMany({
    where: { OR: [{ personId: person.id }, { groupId: { in: [...person.groupIds] } }] },
    select: { role: true, teamId: true },
  });
  const held = rows.map((row) => ({ role: roleSchema.parse(row.role), teamId: row.teamId }));
  const ids = held.flatMap((one) => (one.teamId === null ? [] : [one.teamId]));
  return { roles: held, teams: ids.length === 0 ? [] : await listTeams(tx, ids), limitedTo };
}
