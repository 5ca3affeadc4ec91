import type { Clock, Locale } from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";

export interface PersonRow {
  readonly id: string;
  readonly tenantId: string;
  readonly objectId: string;
  readonly name: string;
  readonly username: string;
  readonly groupIds: readonly string[];
  /** The chosen language of the portal; null until the user chooses one. */
  readonly locale: string | null;
  /** null: may sign in. */
  readonly disabledAt: Date | null;
  /** kluis or directory. */
  readonly disabledBy: string | null;
  readonly lastSeenAt: Date | null;
  /** Accounts with the same value belong to one human. */
  readonly humanId: string | null;
}

export const personFields = {
  id: true,
  tenantId: true,
  objectId: true,
  name: true,
  username: true,
  groupIds: true,
  locale: true,
  disabledAt: true,
  disabledBy: true,
  lastSeenAt: true,
  humanId: true,
} as const;

/** Creates the user, or updates name, user name and groups. Tenant id and object id identify a user. */
export function upsertPerson(
  tx: Tx,
  facts: Pick<PersonRow, "tenantId" | "objectId" | "name" | "username" | "groupIds">,
  clock: Clock,
): Promise<PersonRow> {
  const { tenantId, objectId, name, username } = facts;
  const now = clock.now();
  const latest = { name, username, groupIds: [...facts.groupIds], lastSeenAt: now };
  return tx.person.upsert({
    where: { tenantId_objectId: { tenantId, objectId } },
    create: { id: newId(clock), tenantId, objectId, createdAt: now, ...latest },
    update: latest,
    select: personFields,
  });
}

export function getPerson(tx: Tx, id: string): Promise<PersonRow | null> {
  return tx.person.findUnique({ where: { id }, select: personFields });
}

export async function setPersonLocale(tx: Tx, id: string, locale: Locale): Promise<void> {
  await tx.person.update({ where: { id }, data: { locale }, select: { id: true } });
}

/** Users who hold a role, directly or by a group, those who were here last first. */
export async function listPeopleWithRoles(tx: Tx, limit: number): Promise<PersonRow[]> {
  const rows = await tx.$queryRaw`
    SELECT p.id FROM "Person" p WHERE p."disabledAt" IS NULL AND EXISTS (SELECT FROM "RoleAssignment" held
      WHERE held."personId" = p.id OR held."groupId" = ANY(p."groupIds"))
    ORDER BY p."lastSeenAt" DESC NULLS LAST, p.id LIMIT ${limit}`;
  const ids = z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map(({ id }) => id);
  return tx.person.findMany({ where: { id: { in: ids } }, orderBy: { id: "asc" }, select: personFields });
}

/** Users who are owners, themselves or by a group, and can sign in; at most `limit`. */
export async function listOwners(tx: Tx, limit: number): Promise<PersonRow[]> {
  const rows = await tx.$queryRaw`
    SELECT person.id FROM "Person" person WHERE person."disabledAt" IS NULL AND EXISTS (
      SELECT FROM "RoleAssignment" held WHERE held.role = 'owner' AND held."teamId" IS NULL
        AND (held."personId" = person.id OR held."groupId" = ANY(person."groupIds")))
    ORDER BY person.id LIMIT ${limit}`;
  const ids = z.array(z.object({ id: z.string() })).parse(rows);
  const where = { id: { in: ids.map(({ id }) => id) } };
  return tx.person.findMany({ where, orderBy: { id: "asc" }, select: personFields });
}
