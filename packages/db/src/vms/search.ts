/** Finds what a search text names before the rows of a large table are searched, so that an index finds the rows. */
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { likeText } from "../text.ts";
import type { Tx } from "../tx.ts";

/** With more matches, rows are so frequent that reading them in their order finds a page of them at once. */
const MOST_NAMED = 1_000;

/** A condition on the VM of a row: the column with its id, for a query that joins the VM as `vm`. */
export async function vmNamedSql(tx: Tx, vmId: Prisma.Sql, search: string): Promise<Prisma.Sql> {
  const like = `%${likeText(search)}%`;
  const rows = await tx.$queryRaw`
    SELECT id FROM "VirtualMachine" WHERE name ILIKE ${like} LIMIT ${MOST_NAMED + 1}`;
  const ids = z.array(z.object({ id: z.string() })).parse(rows);
  if (ids.length > MOST_NAMED) return Prisma.sql`vm.name ILIKE ${like}`;
  return Prisma.sql`${vmId} = ANY(${ids.map(({ id }) => id)}::uuid[])`;
}

/** A condition on the policy version of a row, by the name of its policy. */
export async function policyNamedSql(tx: Tx, versionId: Prisma.Sql, search: string): Promise<Prisma.Sql> {
  const like = `%${likeText(search)}%`;
  const rows = await tx.$queryRaw`
    SELECT v.id FROM "PolicyVersion" v JOIN "Policy" p ON p.id = v."policyId" WHERE p.name ILIKE ${like}`;
  const ids = z.array(z.object({ id: z.string() })).parse(rows);
  return Prisma.sql`${versionId} = ANY(${ids.map(({ id }) => id)}::uuid[])`;
}
