/** Who holds which role, and where. */
import { type Permission, permissions, type Role, rolePermissions, roles } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import type { MemberRow } from "./view.ts";

export const assignmentFields = {
  id: true,
  role: true,
  teamId: true,
  groupId: true,
  createdAt: true,
  custom: { select: { id: true, name: true, permissions: true, teamId: true } },
  person: { select: { id: true, name: true, username: true, disabledAt: true } },
} as const;

const assignment = z.object({
  id: z.string(),
  role: z.enum(roles).nullable(),
  teamId: z.string().nullable(),
  groupId: z.string().nullable(),
  createdAt: z.date(),
  custom: z
    .object({
      id: z.string(),
      name: z.string(),
      permissions: z.array(z.enum(permissions)),
      teamId: z.string().nullable(),
    })
    .nullable(),
  person: z
    .object({ id: z.string(), name: z.string(), username: z.string(), disabledAt: z.date().nullable() })
    .nullable(),
});
export type Assignment = z.infer<typeof assignment>;

/** What a role allows: a built-in one by its definition, a custom one with what every role has. */
export function permissionsOf(
  role: Role | null,
  custom: { readonly permissions: readonly Permission[] } | null,
): readonly Permission[] {
  if (role !== null) return rolePermissions[role];
  const own = custom?.permissions ?? [];
  return permissions.filter((one) => one === "self" || one === "inventory:read" || own.includes(one));
}

export function parseAssignment(row: object): Assignment {
  return assignment.parse(row);
}

/** @param names the names of groups by their id */
export function toMember(row: Assignment, names: ReadonlyMap<string, string>): MemberRow {
  const { id, role, custom, person, groupId, createdAt } = row;
  return {
    id,
    role,
    custom: custom && { id: custom.id, name: custom.name },
    permissions: [...permissionsOf(role, custom)],
    person: person && {
      id: person.id,
      name: person.name,
      username: person.username,
      isDisabled: person.disabledAt !== null,
    },
    group: groupId === null ? null : { id: groupId, name: names.get(groupId) ?? groupId },
    since: createdAt,
  };
}

/** The names of groups by id. A group without a name is absent. */
export async function groupNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.directoryGroup.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Stores the name of a group; the newest wins. */
export async function nameGroup(tx: Tx, id: string, name: string): Promise<void> {
  await tx.directoryGroup.upsert({ where: { id }, create: { id, name }, update: { name } });
}

/** The roles that are held in the whole organization, oldest first. */
export async function listOrganisationMembers(tx: Tx): Promise<MemberRow[]> {
  const found = await tx.roleAssignment.findMany({
    where: { teamId: null },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: assignmentFields,
  });
  const rows = found.map(parseAssignment);
  const names = await groupNames(tx, groupsOf(rows));
  return rows.map((row) => toMember(row, names));
}

export function groupsOf(rows: readonly Assignment[]): string[] {
  return rows.flatMap(({ groupId }) => (groupId === null ? [] : [groupId]));
}

/** Returns the assignment with this id, or null. */
export async function findAssignment(tx: Tx, id: string): Promise<Assignment | null> {
  const row = await tx.roleAssignment.findUnique({ where: { id }, select: assignmentFields });
  return row && parseAssignment(row);
}

/** Roles that are held in one place: a team or (null) the organization. */
export function countMembers(tx: Tx, teamId: string | null): Promise<number> {
  return tx.roleAssignment.count({ where: { teamId } });
}

const counted = z.tuple([z.object({ count: z.coerce.number() })]);

/**
 * The roles *owner* of the organization with someone who can sign in: a user who is not disabled, or a group with such a user
 * among those that Kluis knows.
 */
export async function countOwners(tx: Tx): Promise<number> {
  const rows = await tx.$queryRaw`
    SELECT count(*) AS count FROM "RoleAssignment" held
    WHERE held.role = 'owner' AND held."teamId" IS NULL AND (
      EXISTS (SELECT 1 FROM "Person" person WHERE person.id = held."personId" AND person."disabledAt" IS NULL)
      OR EXISTS (SELECT 1 FROM "Person" person
        WHERE held."groupId" IS NOT NULL AND person."groupIds" @> ARRAY[held."groupId"] AND person."disabledAt" IS NULL))`;
  return counted.parse(rows)[0].count;
}
