/** Groups of the directory that hold roles: their names, and whether they still exist. */
import { z } from "zod";
import type { Tx } from "../tx.ts";

const assignedRow = z.object({
  id: z.string(),
  /** Null: no one has named it. */
  name: z.string().nullable(),
  isDeleted: z.boolean(),
});
export type AssignedGroup = z.infer<typeof assignedRow>;

/** Groups that hold a role, after an id (null: the first ones), by id. An id that is not an object id cannot be a group of Entra. */
export async function listAssignedGroups(
  tx: Tx,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<AssignedGroup[]> {
  const rows = await tx.$queryRaw`
    SELECT held.id, named.name, named."deletedAt" IS NOT NULL AS "isDeleted"
    FROM (SELECT DISTINCT "groupId" AS id FROM "RoleAssignment"
      WHERE "groupId" ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' AND (${after}::text IS NULL OR "groupId" > ${after})
      ORDER BY 1 LIMIT ${limit}) AS held
    LEFT JOIN "DirectoryGroup" named ON named.id = held.id ORDER BY held.id`;
  return z.array(assignedRow).parse(rows);
}

/**
 * Stores what the directory said about a group. A deleted one keeps its name.
 * @param found.name null: the directory does not have it
 * @returns what was stored before when it differs, else null
 */
export async function storeGroup(
  tx: Tx,
  group: AssignedGroup,
  found: { readonly name: string | null; readonly at: Date },
): Promise<{ readonly name: string; readonly isDeleted: boolean } | null> {
  const { id } = group;
  const { at } = found;
  const before = await tx.directoryGroup.findUnique({ where: { id } });
  const name = found.name ?? before?.name ?? id;
  const isDeleted = found.name === null;
  const deletedAt = isDeleted ? (before?.deletedAt ?? at) : null;
  const latest = { name, readAt: at, deletedAt };
  await tx.directoryGroup.upsert({ where: { id }, create: { id, ...latest }, update: latest });
  const isSame = before !== null && before.name === name && (before.deletedAt !== null) === isDeleted;
  return isSame ? null : { name, isDeleted };
}

const counted = z.tuple([z.object({ groups: z.coerce.number(), deleted: z.coerce.number() })]);

/** How many groups hold roles, and how many of them the directory does not have. */
export async function countAssignedGroups(
  tx: Tx,
): Promise<{ readonly groups: number; readonly deleted: number }> {
  const rows = await tx.$queryRaw`
    SELECT count(*) AS groups, count(named."deletedAt") AS deleted
    FROM (SELECT DISTINCT "groupId" AS id FROM "RoleAssignment" WHERE "groupId" IS NOT NULL) AS held
    LEFT JOIN "DirectoryGroup" named ON named.id = held.id`;
  return counted.parse(rows)[0];
}
