import type { Clock, Role, TeamReach } from "@kluis/domain";
import { newId } from "../ids.ts";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";

/** Waits until no other transaction changes teams, roles or users, so that the rules that count rows decide on the newest. */
export function lockAccess(tx: Tx): Promise<void> {
  return lockInTransaction(tx, locks.access);
}

/** Creates a team unless one with its slug exists; name and reach of an existing team stay. */
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

/** A scope as it is stored and compared: everything but the value of a tag in lower case. */
export function lowerCase(reach: TeamReach): TeamReach {
  if (reach.kind === "tag") return { ...reach, tagName: reach.tagName.toLowerCase() };
  const subscriptionId = reach.subscriptionId.toLowerCase();
  if (reach.kind === "subscription") return { ...reach, subscriptionId };
  return { ...reach, subscriptionId, resourceGroup: reach.resourceGroup.toLowerCase() };
}

/** Renames a team. Its slug stays, because scripts name teams by it. */
export async function renameTeam(tx: Tx, id: string, name: string): Promise<void> {
  await tx.team.update({ where: { id }, data: { name }, select: { id: true } });
}

/** Removes a team with its scopes, members and custom roles. The database refuses while it has policies. */
export async function deleteTeam(tx: Tx, id: string): Promise<void> {
  await tx.team.delete({ where: { id }, select: { id: true } });
}

/** The names of a team's policies. */
export async function listTeamPolicies(tx: Tx, teamId: string): Promise<string[]> {
  const select = { name: true } as const;
  const rows = await tx.policy.findMany({ where: { teamId }, orderBy: { name: "asc" }, select });
  return rows.map(({ name }) => name);
}

/** Gives the policies of a team to another team, or (null) to every team. */
export async function movePolicies(tx: Tx, from: string, to: string | null): Promise<void> {
  await tx.policy.updateMany({ where: { teamId: from }, data: { teamId: to } });
}

/** Adds a scope; returns false when the team has it. */
export async function addScope(
  tx: Tx,
  { teamId, reach }: { readonly teamId: string; readonly reach: TeamReach },
  clock: Clock,
): Promise<boolean> {
  const scope = lowerCase(reach);
  const found = await tx.teamScope.findFirst({ where: { teamId, ...scope }, select: { id: true } });
  if (found) return false;
  await tx.teamScope.create({ data: { id: newId(clock), teamId, ...scope }, select: { id: true } });
  return true;
}

/** Removes a scope; returns false when the team has none with this id. */
export async function removeScope(tx: Tx, teamId: string, id: string): Promise<boolean> {
  return (await tx.teamScope.deleteMany({ where: { id, teamId } })).count === 1;
}

export interface RoleHolding {
  /** The built-in role, or the id of a custom one. */
  readonly role: Role | { readonly id: string };
  /** null: the whole organization. */
  readonly teamId: string | null;
  readonly holder: { readonly personId: string } | { readonly groupId: string };
}

/** Assigns a role; returns null when it was held before, else the id of the assignment. */
export async function assignRole(tx: Tx, holding: RoleHolding, clock: Clock): Promise<string | null> {
  const { teamId, holder } = holding;
  const role =
    typeof holding.role === "string"
      ? { role: holding.role, roleId: null }
      : { role: null, roleId: holding.role.id };
  const found = await tx.roleAssignment.findFirst({
    where: { ...role, teamId, ...holder },
    select: { id: true },
  });
  if (found) return null;
  const id = newId(clock);
  await tx.roleAssignment.create({ data: { id, ...role, teamId, ...holder, createdAt: clock.now() } });
  return id;
}

/** Takes a role away; returns false when the assignment is gone. */
export async function unassignRole(tx: Tx, id: string): Promise<boolean> {
  return (await tx.roleAssignment.deleteMany({ where: { id } })).count === 1;
}
