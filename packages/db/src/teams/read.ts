import { type Access, type AccessTeam, type Permission, roles, type TeamReach } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { type TeamView, teamView } from "./view.ts";

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

const teamFields = { id: true, slug: true, name: true, scopes: { select: scopeFields } } as const;

/** These teams, or all, by slug. */
function bySlug(ids: readonly string[] | undefined) {
  return { ...(ids && { where: { id: { in: [...ids] } } }), orderBy: { slug: "asc" } } as const;
}

const reachSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("subscription"), subscriptionId: z.string() }),
  z.object({ kind: z.literal("resource-group"), subscriptionId: z.string(), resourceGroup: z.string() }),
  z.object({ kind: z.literal("tag"), tagName: z.string(), tagValue: z.string() }),
]) satisfies z.ZodType<TeamReach>;

/** Returns these teams, or all, with what they reach. */
export async function listTeams(tx: Tx, ids?: readonly string[]): Promise<TeamRow[]> {
  const select = { ...teamFields, createdAt: true } as const;
  const rows = await tx.team.findMany({ ...bySlug(ids), select });
  return rows.map(({ scopes, ...team }) => ({ ...team, reach: z.array(reachSchema).parse(scopes) }));
}

/** Returns these teams, or all, with what they reach and their members. */
export async function listTeamMembers(tx: Tx, ids?: readonly string[]): Promise<TeamView[]> {
  const members = { role: true, groupId: true, person: { select: { id: true, name: true } } } as const;
  const assignments = { select: members, orderBy: { createdAt: "asc" } } as const;
  const rows = await tx.team.findMany({ ...bySlug(ids), select: { ...teamFields, assignments } });
  return rows.map(({ assignments, ...team }) => teamView.parse({ ...team, members: assignments }));
}

/** Returns what a user may do now: roles held directly or through groups, and what the teams of the roles reach. */
export async function readAccess(
  tx: Tx,
  person: { readonly id: string; readonly groupIds: readonly string[] },
  limitedTo: readonly Permission[] | null = null,
): Promise<Access> {
  const rows = await tx.roleAssignment.findMany({
    where: { OR: [{ personId: person.id }, { groupId: { in: [...person.groupIds] } }] },
    select: { role: true, teamId: true },
  });
  const held = z.array(z.object({ role: z.enum(roles), teamId: z.string().nullable() })).parse(rows);
  const ids = held.flatMap((one) => (one.teamId === null ? [] : [one.teamId]));
  return { roles: held, teams: ids.length === 0 ? [] : await listTeams(tx, ids), limitedTo };
}
