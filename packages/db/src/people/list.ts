/** Lists of users, for owners and for the administrators of teams. */
import { countView, instantView } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";

export const personRowView = z.object({
  id: z.string(),
  name: z.string(),
  username: z.string(),
  disabledAt: instantView.nullable(),
  /** kluis: an owner did it; directory: the account is disabled or gone there. */
  disabledBy: z.enum(["kluis", "directory"]).nullable(),
  lastSeenAt: instantView.nullable(),
  /** Other accounts of the same human. */
  linked: countView,
  /** Roles that are held, directly or by a group. */
  roles: countView,
  sessions: countView,
  tokens: countView,
});
export type PersonListRow = z.output<typeof personRowView>;

export interface PeopleFilter {
  readonly search: string | undefined;
  /** Only users with a role in these teams; undefined: all. */
  readonly teamIds: readonly string[] | undefined;
  readonly page: number;
  readonly pageSize: number;
  /** When sessions and tokens end. */
  readonly now: Date;
  /** A session without use since then has ended. */
  readonly idleSince: Date;
}

/** Whether a user has a role in one of these teams, directly or by a group. */
function inTeams(teamIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM "RoleAssignment" held WHERE held."teamId" = ANY(${[...teamIds]}::uuid[])
    AND (held."personId" = person.id OR held."groupId" = ANY(person."groupIds")))`;
}

/** One page of users by name, and how many there are. */
export async function listPeople(
  tx: Tx,
  filter: PeopleFilter,
): Promise<{ readonly rows: PersonListRow[]; readonly total: number }> {
  const { search, teamIds, page, pageSize, now, idleSince } = filter;
  const where = [
    ...(teamIds === undefined ? [] : [inTeams(teamIds)]),
    ...(search === undefined || search === ""
      ? []
      : [
          Prisma.sql`(strpos(lower(person.name), lower(${search})) > 0 OR strpos(lower(person.username), lower(${search})) > 0)`,
        ]),
  ];
  const condition = where.length === 0 ? Prisma.sql`TRUE` : Prisma.join(where, " AND ");
  const rows = await tx.$queryRaw`
    WITH chosen AS (
      SELECT person.*, count(*) OVER () AS total FROM "Person" person WHERE ${condition}
      ORDER BY lower(person.name), person.id LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize})
    SELECT person.id, person.name, person.username, person."disabledAt", person."disabledBy", person."lastSeenAt", person.total,
      (SELECT count(*) FROM "Person" other WHERE other."humanId" = person."humanId" AND other.id <> person.id) AS linked,
      (SELECT count(*) FROM "RoleAssignment" held
        WHERE held."personId" = person.id OR held."groupId" = ANY(person."groupIds")) AS roles,
      (SELECT count(*) FROM "Session" session WHERE session."personId" = person.id AND session."revokedAt" IS NULL
        AND session."expiresAt" > ${now} AND session."lastSeenAt" > ${idleSince}) AS sessions,
      (SELECT count(*) FROM "ApiToken" token WHERE token."personId" = person.id AND token."revokedAt" IS NULL
        AND (token."expiresAt" IS NULL OR token."expiresAt" > ${now})
        AND coalesce(token."lastUsedAt", token."createdAt") + token."idleDays" * interval '1 day' > ${now}) AS tokens
    FROM chosen person ORDER BY lower(person.name), person.id`;
  const totals = z.array(z.object({ total: z.coerce.number() })).parse(rows);
  return { rows: personRowView.array().parse(rows), total: totals[0]?.total ?? 0 };
}

/** Whether the user has a role in one of these teams, directly or by a group. */
export async function isMemberOf(tx: Tx, personId: string, teamIds: readonly string[]): Promise<boolean> {
  const rows = await tx.$queryRaw`
    SELECT 1 AS found FROM "Person" person WHERE person.id = ${personId}::uuid AND ${inTeams(teamIds)}`;
  return z.array(z.unknown()).parse(rows).length > 0;
}
