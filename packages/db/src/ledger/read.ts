import type { VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import { likeText } from "../text.ts";
import type { Tx } from "../tx.ts";
import { countUpTo, type ListPage } from "../view-sql.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { type AuditRow, auditRow } from "./view.ts";

/** The events to read: all, or those about visible VMs and about these teams. */
export interface AuditSight {
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

function filtered(sight: AuditSight, filter: AuditFilter): Prisma.Sql {
  const parts = [];
  if (!sight.visibility.all) {
    parts.push(Prisma.sql`(e."teamIds" && ${[...sight.teamIds]}::text[] OR (e."vmId" IS NOT NULL AND EXISTS (
      SELECT 1 FROM "VirtualMachine" vm WHERE vm.id = e."vmId" AND ${vmVisibleSql(sight.visibility)})))`);
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

/** Returns events with a number below `before`, newest first, and how many pass the filter. */
export async function listAuditViews(
  tx: Tx,
  sight: AuditSight,
  options: { readonly filter: AuditFilter; readonly before?: number | undefined; readonly limit: number },
): Promise<ListPage<AuditRow>> {
  const where = filtered(sight, options.filter);
  const before = options.before === undefined ? Prisma.sql`TRUE` : Prisma.sql`e.seq < ${options.before}`;
  const rows = await tx.$queryRaw`
    SELECT e.seq, e.at, e.kind, e.actor, e.target, e."vmId"::text, e."teamIds", e.data, e."prevDigest", e.digest
    FROM "LedgerEvent" e WHERE ${where} AND ${before} ORDER BY e.seq DESC LIMIT ${options.limit}`;
  const found = await countUpTo(tx, Prisma.sql`"LedgerEvent" e WHERE ${where}`);
  return { rows: auditRow.array().parse(rows), ...found };
}
