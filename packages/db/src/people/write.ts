import { type Clock, type ErrorInfo, type Locale, limits } from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import { toJsonOrNull } from "../json.ts";
import { databaseNow } from "../time.ts";
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
  /** When `groupIds` were last read, and until when they give rights. Null: never. */
  readonly groupsReadAt: Date | null;
  readonly groupsUntil: Date | null;
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
  groupsReadAt: true,
  groupsUntil: true,
} as const;

export interface SignInFacts extends Pick<PersonRow, "tenantId" | "objectId" | "name" | "username"> {
  /** Null: they could not be read. Those that are stored stay, with their age. */
  readonly groupIds: readonly string[] | null;
  /** Why they could not be read. */
  readonly groupsProblem?: ErrorInfo | null;
  /** How long they give rights. Default: domain's limit. */
  readonly groupRightsMs?: number;
}

/** Creates the user, or updates name, user name and groups. Tenant id and object id identify a user. */
export async function upsertPerson(tx: Tx, facts: SignInFacts, clock: Clock): Promise<PersonRow> {
  const { tenantId, objectId, name, username, groupIds, groupsProblem = null } = facts;
  const now = clock.now();
  const groups = groupIds === null ? {} : await readNow(tx, groupIds, facts.groupRightsMs);
  // The user has just signed in: what an older reading of the directory said about the account is over.
  const found = { missingSince: null, missingHow: null, groupsProblem: toJsonOrNull(groupsProblem) };
  const latest = { name, username, lastSeenAt: now, ...found, ...groups };
  return tx.person.upsert({
    where: { tenantId_objectId: { tenantId, objectId } },
    create: { id: newId(clock), tenantId, objectId, createdAt: now, groupIds: [], ...latest },
    update: latest,
    select: personFields,
  });
}

const HOUR = 3_600_000;

async function readNow(
  tx: Tx,
  groupIds: readonly string[],
  rightsMs = limits.groupRightsHours * HOUR,
): Promise<{ groupIds: string[]; groupsReadAt: Date; groupsUntil: Date }> {
  const groupsReadAt = await databaseNow(tx);
  return { groupIds: [...groupIds], groupsReadAt, groupsUntil: new Date(groupsReadAt.getTime() + rightsMs) };
}

/** The user with these ids of the directory; null when they have never signed in. */
export function findAccount(
  tx: Tx,
  tenantId_objectId: { readonly tenantId: string; readonly objectId: string },
): Promise<PersonRow | null> {
  return tx.person.findUnique({ where: { tenantId_objectId }, select: personFields });
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
