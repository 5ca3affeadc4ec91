/** What points that cannot be read keep: they may name any pack that is not newer than they are. */
import { Prisma } from "../../generated/client.ts";

/** A condition on a pack: no such point can need it. @param keepUntil when the newest of them became known; null: there is none */
export const isBeyondDoubt = (keepUntil: Date | null): Prisma.Sql =>
  keepUntil === null ? Prisma.sql`TRUE` : Prisma.sql`"createdAt" > ${keepUntil}`;
