/** Custom roles. */
import { type Clock, type Holder, type Permission, permissions } from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";

const roleRow = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** null: every team can use it. */
  team: z.object({ id: z.string(), name: z.string() }).nullable(),
  permissions: z.array(z.enum(permissions)),
  /** How often it is held. */
  holders: z.number(),
});
export type RoleRow = z.infer<typeof roleRow>;

const fields = {
  id: true,
  name: true,
  description: true,
  team: { select: { id: true, name: true } },
  permissions: true,
  _count: { select: { assignments: true } },
} as const;

function toRow({ _count, ...row }: { readonly _count: { readonly assignments: number } }): RoleRow {
  return roleRow.parse({ ...row, holders: _count.assignments });
}

/** The custom roles of every team and of these teams, or all, by name. */
export async function listRoles(tx: Tx, teamIds?: readonly string[]): Promise<RoleRow[]> {
  const rows = await tx.role.findMany({
    where: teamIds === undefined ? {} : { OR: [{ teamId: null }, { teamId: { in: [...teamIds] } }] },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    select: fields,
  });
  return rows.map(toRow);
}

/** Returns the custom roles with this id or name among those of every team and of these teams, or all. */
export async function findRoles(
  tx: Tx,
  ref: string,
  teamIds?: readonly string[],
): Promise<readonly RoleRow[]> {
  const named = isUuid(ref)
    ? { id: ref.toLowerCase() }
    : { name: { equals: ref, mode: "insensitive" as const } };
  const seen = teamIds === undefined ? {} : { OR: [{ teamId: null }, { teamId: { in: [...teamIds] } }] };
  const rows = await tx.role.findMany({
    where: { AND: [named, seen] },
    orderBy: { id: "asc" },
    select: fields,
  });
  return rows.map(toRow);
}

export interface RoleFacts {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** @returns its id */
export async function createRole(
  tx: Tx,
  role: RoleFacts & { readonly teamId: string | null },
  clock: Clock,
): Promise<string> {
  const id = newId(clock);
  const data = { ...role, id, permissions: [...role.permissions], createdAt: clock.now() };
  await tx.role.create({ data, select: { id: true } });
  return id;
}

export async function updateRole(
  tx: Tx,
  id: string,
  { permissions: list, ...facts }: RoleFacts,
): Promise<void> {
  await tx.role.update({ where: { id }, data: { ...facts, permissions: [...list] }, select: { id: true } });
}

/** Removes a role that no one holds. */
export async function deleteRole(tx: Tx, id: string): Promise<void> {
  await tx.role.delete({ where: { id }, select: { id: true } });
}

/** Who holds the role anywhere. */
export async function listRoleHolders(tx: Tx, roleId: string): Promise<Holder[]> {
  const rows = await tx.roleAssignment.findMany({
    where: { roleId },
    select: { personId: true, groupId: true },
  });
  return rows.flatMap(({ personId, groupId }): Holder[] =>
    personId !== null
      ? [{ kind: "person", id: personId }]
      : groupId !== null
        ? [{ kind: "group", id: groupId }]
        : [],
  );
}

/** The teams in which the role is held. */
export async function listRoleTeams(tx: Tx, roleId: string): Promise<string[]> {
  const rows = await tx.roleAssignment.findMany({
    where: { roleId },
    distinct: ["teamId"],
    select: { teamId: true },
  });
  return rows.flatMap(({ teamId }) => (teamId === null ? [] : [teamId]));
}

/** Whether a role of this team (null: of every team) has this name, in any letter case. */
export async function isRoleNameTaken(
  tx: Tx,
  role: { readonly name: string; readonly teamId: string | null; readonly exceptId?: string },
): Promise<boolean> {
  const { name, teamId, exceptId } = role;
  const found = await tx.role.findFirst({
    where: {
      name: { equals: name, mode: "insensitive" },
      teamId,
      ...(exceptId !== undefined && { id: { not: exceptId } }),
    },
    select: { id: true },
  });
  return found !== null;
}

export function countRoles(tx: Tx, teamId: string | null): Promise<number> {
  return tx.role.count({ where: { teamId } });
}
