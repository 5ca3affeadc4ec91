import {
  type Access,
  type AccessTeam,
  type HeldRole,
  limitAccess,
  type TeamReach,
  type TokenLimit,
} from "@kluis/domain";
import { z } from "zod";
import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";
import {
  assignmentFields,
  groupNames,
  groupsOf,
  parseAssignment,
  permissionsOf,
  toMember,
} from "./members.ts";
import { scopeView, type TeamView } from "./view.ts";

export interface TeamRow extends AccessTeam {
  readonly slug: string;
  readonly createdAt: Date;
}

const scopeFields = {
  id: true,
  kind: true,
  subscriptionId: true,
  resourceGroup: true,
  tagName: true,
  tagValue: true,
} as const;

const teamFields = {
  id: true,
  slug: true,
  name: true,
  scopes: { select: scopeFields, orderBy: { id: "asc" } },
} as const;

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

/** Returns the team with this id, slug or name, or null. */
export async function findTeam(tx: Tx, ref: string): Promise<TeamRow | null> {
  const where = isUuid(ref)
    ? { id: ref.toLowerCase() }
    : { OR: [{ slug: ref.toLowerCase() }, { name: { equals: ref, mode: "insensitive" as const } }] };
  const found = await tx.team.findFirst({ where, orderBy: { slug: "asc" }, select: { id: true } });
  return found === null ? null : ((await listTeams(tx, [found.id]))[0] ?? null);
}

/** Returns these teams, or all, with what they reach, their members, and how many VMs and policies they have. */
export async function listTeamMembers(tx: Tx, ids?: readonly string[]): Promise<TeamView[]> {
  const assignments = { select: assignmentFields, orderBy: [{ createdAt: "asc" }, { id: "asc" }] } as const;
  const policies = { select: { policies: { where: { deletedAt: null } } } } as const;
  const rows = await tx.team.findMany({
    ...bySlug(ids),
    select: {
      ...teamFields,
      assignments: { ...assignments, orderBy: [...assignments.orderBy] },
      _count: policies,
    },
  });
  const parsed = rows.map((row) => ({ ...row, assignments: row.assignments.map(parseAssignment) }));
  const names = await groupNames(
    tx,
    parsed.flatMap((row) => groupsOf(row.assignments)),
  );
  const vms = await countTeamVms(tx, ids);
  const subscriptions = await subscriptionNames(
    tx,
    parsed.flatMap((row) => row.scopes),
  );
  const named = (scope: (typeof parsed)[number]["scopes"][number]) => ({
    ...scope,
    subscriptionName: subscriptions.get(scope.subscriptionId ?? "") ?? null,
  });
  return parsed.map(({ assignments: held, scopes, _count, ...team }) => ({
    ...team,
    scopes: scopeView.array().parse(scopes.map(named)),
    members: held.map((row) => toMember(row, names)),
    vms: vms.get(team.id) ?? 0,
    policies: _count.policies,
  }));
}

/** The names of the subscriptions of scopes, by id. One that no connection has listed is absent. */
async function subscriptionNames(
  tx: Tx,
  scopes: readonly { readonly subscriptionId: string | null }[],
): Promise<Map<string, string>> {
  const ids = new Set(scopes.flatMap(({ subscriptionId }) => subscriptionId ?? []));
  if (ids.size === 0) return new Map();
  const rows = await tx.subscription.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, name: true },
  });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

const vmCount = z.object({ id: z.string(), vms: z.coerce.number() });

/** The VMs that exist in Azure and are in the scopes of a team, by team. */
async function countTeamVms(tx: Tx, ids: readonly string[] | undefined): Promise<Map<string, number>> {
  const teams = ids === undefined ? null : [...ids];
  const rows = await tx.$queryRaw`
    WITH scope AS (SELECT * FROM "TeamScope" WHERE ${teams}::uuid[] IS NULL OR "teamId" = ANY(${teams}::uuid[])),
    reached AS (
      SELECT scope."teamId", vm.id FROM scope JOIN "VirtualMachine" vm ON vm."subscriptionId" = scope."subscriptionId"
        AND (scope.kind = 'subscription' OR vm."resourceGroup" = scope."resourceGroup")
      WHERE scope.kind IN ('subscription', 'resource-group') AND vm."deletedAt" IS NULL
      UNION
      SELECT scope."teamId", vm.id FROM scope
        JOIN "VirtualMachine" vm ON vm."tagIndex" @> ARRAY[scope."tagName" || '=' || scope."tagValue"]
      WHERE scope.kind = 'tag' AND vm."deletedAt" IS NULL
    )
    SELECT "teamId"::text AS id, count(*) AS vms FROM reached GROUP BY 1`;
  return new Map(
    z
      .array(vmCount)
      .parse(rows)
      .map(({ id, vms }) => [id, vms]),
  );
}

const groupsRow = z.array(z.object({ groupIds: z.array(z.string()) })).max(1);

/** The groups that give the user rights now: none when they were read too long ago. */
async function groupsNow(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.$queryRaw`
    SELECT "groupIds" FROM "Person" WHERE id = ${personId}::uuid AND "groupsUntil" > kluis_now()`;
  return groupsRow.parse(rows)[0]?.groupIds ?? [];
}

/**
 * Returns what a user may do now: roles held directly or through groups, and what the teams of the roles reach.
 * @param limit of the token that is used; null: a session
 */
export async function readAccess(
  tx: Tx,
  person: { readonly id: string },
  limit: TokenLimit | null = null,
): Promise<Access> {
  return limitAccess(await readWholeAccess(tx, person, limit), limit);
}

/** The same without the limits of the token, for an explanation. The token's team is among the teams. */
export async function readWholeAccess(
  tx: Tx,
  person: { readonly id: string },
  limit: Pick<TokenLimit, "teamId"> | null,
): Promise<Access> {
  const groupIds = await groupsNow(tx, person.id);
  const rows = await tx.roleAssignment.findMany({
    where: { OR: [{ personId: person.id }, { groupId: { in: groupIds } }] },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: assignmentFields,
  });
  const held: HeldRole[] = rows.map((row) => {
    const { role, custom, teamId, groupId } = parseAssignment(row);
    const named = custom && { id: custom.id, name: custom.name };
    return { role, custom: named, permissions: permissionsOf(role, custom), teamId, groupId };
  });
  const ids = [...held.map((one) => one.teamId), limit?.teamId ?? null].filter((id) => id !== null);
  return { roles: held, teams: ids.length === 0 ? [] : await listTeams(tx, ids), limitedTo: null };
}
