/** What the reading of the directory needs and changes of users. */
import { type ErrorInfo, type GroupState, groupStateOf } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { errorInfoSchema } from "../health/health.ts";
import { fromJson } from "../json.ts";
import type { Tx } from "../tx.ts";

/** A user about whom the directory is asked. */
const followedRow = z.object({
  id: z.string(),
  objectId: z.string(),
  name: z.string(),
  groupIds: z.array(z.string()),
});
export type FollowedPerson = z.infer<typeof followedRow>;

export interface Followed {
  /** Their tenant, in any letter case. */
  readonly tenantId: string;
  /** A session without use since then has ended. */
  readonly idleSince: Date;
}

/** Not disabled, and with something to lose: an open session, an open token, or a role, held directly or by a group. */
function isFollowed(idleSince: Date): Prisma.Sql {
  return Prisma.sql`person."disabledAt" IS NULL AND (
    EXISTS (SELECT 1 FROM "Session" session WHERE session."personId" = person.id AND session."revokedAt" IS NULL
      AND session."expiresAt" > kluis_now() AND session."lastSeenAt" > ${idleSince})
    OR EXISTS (SELECT 1 FROM "ApiToken" token WHERE token."personId" = person.id AND token."revokedAt" IS NULL
      AND (token."expiresAt" IS NULL OR token."expiresAt" > kluis_now()))
    OR EXISTS (SELECT 1 FROM "RoleAssignment" held
      WHERE held."personId" = person.id OR held."groupId" = ANY(person."groupIds")))`;
}

/** Users of a tenant after an id (null: the first ones), by id. */
export async function listFollowed(
  tx: Tx,
  { tenantId, idleSince, after, limit }: Followed & { readonly after: string | null; readonly limit: number },
): Promise<FollowedPerson[]> {
  const rows = await tx.$queryRaw`
    SELECT person.id::text, person."objectId", person.name, person."groupIds" FROM "Person" person
    WHERE lower(person."tenantId") = lower(${tenantId}) AND (${after}::uuid IS NULL OR person.id > ${after}::uuid)
      AND ${isFollowed(idleSince)}
    ORDER BY person.id LIMIT ${limit}`;
  return z.array(followedRow).parse(rows);
}

const counts = z.tuple([
  z.object({ followed: z.coerce.number(), gone: z.coerce.number(), elsewhere: z.coerce.number() }),
]);

/** How many users are followed, how many of them the directory does not have or has disabled, and how many are of other tenants. */
export async function countFollowed(
  tx: Tx,
  { tenantId, idleSince }: Followed,
): Promise<{ readonly followed: number; readonly gone: number; readonly elsewhere: number }> {
  const rows = await tx.$queryRaw`
    SELECT count(*) FILTER (WHERE here) AS followed, count(*) FILTER (WHERE here AND missing) AS gone,
      count(*) FILTER (WHERE NOT here) AS elsewhere
    FROM (SELECT lower(person."tenantId") = lower(${tenantId}) AS here, person."missingSince" IS NOT NULL AS missing
      FROM "Person" person WHERE ${isFollowed(idleSince)}) AS people`;
  return counts.parse(rows)[0];
}

const goneRow = z.object({
  id: z.string(),
  name: z.string(),
  missingHow: z.enum(["disabled", "deleted"]),
  missingSince: z.date(),
});
export type GonePerson = z.infer<typeof goneRow>;

/** Users of a tenant whose account is gone, and who still have access. */
export async function listGone(
  tx: Tx,
  {
    tenantId,
    after,
    limit,
  }: { readonly tenantId: string; readonly after: string | null; readonly limit: number },
): Promise<GonePerson[]> {
  const rows = await tx.$queryRaw`
    SELECT id::text, name, "missingHow", "missingSince" FROM "Person"
    WHERE lower("tenantId") = lower(${tenantId}) AND "missingSince" IS NOT NULL AND "disabledAt" IS NULL
      AND (${after}::uuid IS NULL OR id > ${after}::uuid)
    ORDER BY id LIMIT ${limit}`;
  return z.array(goneRow).parse(rows);
}

/**
 * Stores the groups that the directory named.
 * @param read.at when it was asked: what a sign-in or another engine has read since then stays
 * @returns the groups of before when they differ; null when nothing else than their age changed
 */
export async function storeGroups(
  tx: Tx,
  id: string,
  read: { readonly groupIds: readonly string[]; readonly at: Date; readonly until: Date },
): Promise<{ readonly before: readonly string[] } | null> {
  const { at, until } = read;
  const rows =
    await tx.$queryRaw`SELECT "groupIds", "groupsReadAt" FROM "Person" WHERE id = ${id}::uuid FOR UPDATE`;
  const [row] = storedRow.parse(rows);
  if (row === undefined || (row.groupsReadAt !== null && row.groupsReadAt > at)) return null;
  const groupIds = read.groupIds.toSorted();
  const isSame = groupIds.join() === row.groupIds.toSorted().join();
  const isYoung = row.groupsReadAt !== null && at.getTime() - row.groupsReadAt.getTime() < renewMs;
  const found = { missingSince: null, missingHow: null };
  // Most readings change nothing: their age is renewed now and then only.
  if (isSame && isYoung) {
    await tx.person.updateMany({ where: { id, missingSince: { not: null } }, data: found });
    return null;
  }
  const groups = { groupIds, groupsReadAt: at, groupsUntil: until, groupsProblem: Prisma.DbNull };
  await tx.person.updateMany({ where: { id }, data: { ...found, ...groups } });
  return isSame ? null : { before: row.groupIds };
}

const storedRow = z
  .array(z.object({ groupIds: z.array(z.string()), groupsReadAt: z.date().nullable() }))
  .max(1);
/** Far below the shortest time for which groups give rights. */
const renewMs = 20 * 60_000;

/**
 * Notes that the directory does not have the account, or has disabled it. A sign-in since it was asked proves the opposite.
 * @param seen.at when the directory was asked
 */
export async function markMissing(
  tx: Tx,
  id: string,
  seen: { readonly how: GonePerson["missingHow"]; readonly at: Date },
): Promise<void> {
  await tx.$executeRaw`UPDATE "Person" SET "missingSince" = COALESCE("missingSince", ${seen.at}), "missingHow" = ${seen.how}
    WHERE id = ${id}::uuid AND "disabledAt" IS NULL AND COALESCE("lastSeenAt" <= ${seen.at}, TRUE)`;
}

/** Whether the account is still marked, and locks it until the transaction ends. */
export async function isStillGone(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw`
    SELECT 1 AS found FROM "Person" WHERE id = ${id}::uuid AND "missingSince" IS NOT NULL AND "disabledAt" IS NULL FOR UPDATE`;
  return z.array(z.unknown()).parse(rows).length === 1;
}

const ageRow = z.tuple([
  z.object({
    readAt: z.date().nullable(),
    isValid: z.boolean().nullable(),
    isEmpty: z.boolean(),
    problem: z.unknown(),
  }),
]);

export interface GroupsState {
  readonly state: GroupState;
  readonly readAt: Date | null;
  /** Why they were not read at the last sign-in. */
  readonly problem: ErrorInfo | null;
}

/** Whether the groups of a user give rights now, when they were read, and why they were not read at the last sign-in. */
export async function groupsState(tx: Tx, id: string): Promise<GroupsState> {
  const rows = await tx.$queryRaw`
    SELECT "groupsReadAt" AS "readAt", "groupsUntil" > kluis_now() AS "isValid", cardinality("groupIds") = 0 AS "isEmpty",
      "groupsProblem" AS problem
    FROM "Person" WHERE id = ${id}::uuid`;
  const [row] = ageRow.parse(rows);
  const problem =
    row.problem === null ? null : fromJson(errorInfoSchema, row.problem, "Person.groupsProblem");
  const state = groupStateOf({
    isValid: row.isValid === true,
    isEmpty: row.isEmpty,
    isRead: problem === null,
  });
  return { state, readAt: row.readAt, problem };
}
