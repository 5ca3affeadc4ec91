import type { Clock, Role, TeamReach } from "@kluis/domain";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";

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

function lowerCase(reach: TeamReach): TeamReach {
  if (reach.kind === "tag") return { ...reach, tagName: reach.tagName.toLowerCase() };
  const subscriptionId = reach.subscriptionId.toLowerCase();
  if (reach.kind === "subscription") return { ...reach, subscriptionId };
  return { ...reach, subscriptionId, resourceGroup: reach.resourceGroup.toLowerCase() };
}

export interface RoleHolding {
  readonly role: Role;
  /** null: the whole organization. */
  readonly teamId: string | null;
  readonly holder: { readonly personId: string } | { readonly groupId: string };
}

/** Assigns a role; returns false when it was held before. */
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
