import { isUuid } from "../text.ts";
import type { Tx } from "../tx.ts";
import { type PersonRow, personFields } from "./write.ts";

/** All accounts of the human whose account this is: the one with this id and those that an owner linked to it. */
export async function listAccounts(tx: Tx, personId: string): Promise<PersonRow[]> {
  const own = await tx.person.findUnique({ where: { id: personId }, select: personFields });
  if (own === null) return [];
  if (own.humanId === null) return [own];
  return tx.person.findMany({
    where: { humanId: own.humanId },
    orderBy: { id: "asc" },
    select: personFields,
  });
}

/** Returns the users with this id or user name; more than one when two tenants have the name. */
export function findPeople(tx: Tx, ref: string): Promise<PersonRow[]> {
  const where = isUuid(ref)
    ? { id: ref.toLowerCase() }
    : { username: { equals: ref, mode: "insensitive" as const } };
  return tx.person.findMany({ where, orderBy: { id: "asc" }, take: 2, select: personFields });
}
