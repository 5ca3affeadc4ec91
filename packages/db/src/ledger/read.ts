import { actorSchema, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { likeText } from "../text.ts";
import type { Tx } from "../tx.ts";
import { countOf } from "../vms/read.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

const eventRow = z.object({
  seq: z.coerce.number(),
  at: z.date(),
  kind: z.string(),
  actor: actorSchema,
  target: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  vmId: z.string().nullable(),
  teamIds: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  prevDigest: z.string(),
  digest: z.string(),
});
export type AuditViewRow = z.infer<typeof eventRow>;

/** Whose events somebody may read: all, or those about visible VMs and about these teams. */
export interface AuditLook {
  readonly visibility: VmVisibility;
  readonly teamIds: readonly string[];
}

export interface AuditFilter {
  readonly kind?: readonly string[] | undefined;
  readonly vmId?: string | undefined;
  readonly search?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

function filtered(look: AuditLook, filter: AuditFilter): Prisma.Sql {
  const parts = [];
  if (!look.visibility.all) {
    parts.push(Prisma.sql`(e."teamIds" && ${[...look.teamIds]}::text[] OR (e."vmId" IS NOT NULL AND EXISTS (
      SELECT 1 FROM "VirtualMachine" vm WHERE vm.id = e."vmId" AND ${vmVisibleSql(look.visibility)})))`);
  }
  if (filter.kind && filter.kind.length > 0)
    parts.push(Prisma.sql`e.kind IN (${Prisma.join([...filter.kind])})`);
  if (filter.vmId) parts.push(Prisma.sql`e."vmId" = ${filter.vmId}::uuid`);
  if (filter.search) {
    const like = `%${likeText(filter.search)}%`;
    parts.push(
      Prisma.sql`(e.actor->>'name' ILIKE ${like} OR e.target->>'name' ILIKE ${like} OR e.target->>'id' ILIKE ${like})`,
    );
  }
  if (filter.from) parts.push(Prisma.sql`e.at >= ${filter.from}`);
  if (filter.to) parts.push(Prisma.sql`e.at < ${filter.to}`);
  return parts.length === 0 ? Prisma.sql`TRUE` : Prisma.join(parts, " AND ");
}

/** Events, newest first, with a smaller number than `before`; and how many the filter lets through. */
export async function listAuditViews(
  tx: Tx,
  look: AuditLook,
  options: { readonly filter: AuditFilter; readonly before?: number | undefined; readonly limit: number },
): Promise<{ rows: AuditViewRow[]; total: number }> {
  const where = filtered(look, options.filter);
  const before = options.before === undefined ? Prisma.sql`TRUE` : Prisma.sql`e.seq < ${options.before}`;
  const rows = await tx.$queryRaw`
    SELECT e.seq, e.at, e.kind, e.actor, e.target, e."vmId"::text, e."teamIds", e.data, e."prevDigest", e.digest
    FROM "LedgerEvent" e WHERE ${where} AND ${before} ORDER BY e.seq DESC LIMIT ${options.limit}`;
  const counts = await tx.$queryRaw`SELECT count(*) AS count FROM "LedgerEvent" e WHERE ${where}`;
  return { rows: eventRow.array().parse(rows), total: countOf(counts) };
}
