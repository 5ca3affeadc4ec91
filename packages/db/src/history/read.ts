import type { VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

const dayRow = z.object({
  /** `YYYY-MM-DD`, UTC. */
  day: z.string(),
  succeeded: z.coerce.number(),
  warnings: z.coerce.number(),
  failed: z.coerce.number(),
  missed: z.coerce.number(),
});
export type HistoryRow = z.infer<typeof dayRow>;

/** Backups that ended, and occurrences that were missed, per calendar day (UTC) since `from`; days without any are left out. */
export async function listHistory(
  tx: Tx,
  visibility: VmVisibility,
  options: { readonly from: Date; readonly vmId?: string },
): Promise<HistoryRow[]> {
  const only = options.vmId === undefined ? Prisma.sql`TRUE` : Prisma.sql`vm.id = ${options.vmId}::uuid`;
  const where = Prisma.sql`${vmVisibleSql(visibility)} AND ${only}`;
  return dayRow.array().parse(
    await tx.$queryRaw`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(succeeded) AS succeeded, sum(warnings) AS warnings,
        sum(failed) AS failed, sum(missed) AS missed
      FROM (
        SELECT date_trunc('day', j."endedAt" AT TIME ZONE 'UTC') AS day, (j.state = 'succeeded')::int AS succeeded,
          (j.state = 'warning')::int AS warnings, (j.state = 'failed')::int AS failed, 0 AS missed
        FROM "Job" j JOIN "VirtualMachine" vm ON vm.id = j."vmId"
        WHERE j.kind = 'backup' AND j.state IN ('succeeded', 'warning', 'failed') AND j."endedAt" >= ${options.from} AND ${where}
        UNION ALL
        SELECT date_trunc('day', o."dueAt" AT TIME ZONE 'UTC'), 0, 0, 0, 1
        FROM "Occurrence" o JOIN "Protection" p ON p.id = o."protectionId" JOIN "VirtualMachine" vm ON vm.id = p."vmId"
        WHERE o.state = 'missed' AND o."dueAt" >= ${options.from} AND ${where}
      ) events GROUP BY day ORDER BY day`,
  );
}

/** When the first visible VM came under protection (or this VM did), or null. */
export async function firstProtectedAt(
  tx: Tx,
  visibility: VmVisibility,
  vmId?: string,
): Promise<Date | null> {
  const only = vmId === undefined ? Prisma.sql`TRUE` : Prisma.sql`vm.id = ${vmId}::uuid`;
  const rows = z.tuple([z.object({ since: z.date().nullable() })]).parse(
    await tx.$queryRaw`
      SELECT min(p.since) AS since FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId"
      WHERE ${vmVisibleSql(visibility)} AND ${only}`,
  );
  return rows[0].since;
}

const storageRow = z.object({
  points: z.coerce.number(),
  logicalBytes: z.coerce.number(),
  storedBytes: z.coerce.number(),
  movedBytes24h: z.coerce.number(),
  storedBytes24h: z.coerce.number(),
});
export type StorageRow = z.infer<typeof storageRow>;

/** Figures of the visible living points; `since`: from when on the last two count. */
export async function readStorage(tx: Tx, visibility: VmVisibility, since: Date): Promise<StorageRow> {
  const rows = await tx.$queryRaw`
    SELECT count(*) AS points, coalesce(sum(r."logicalBytes"), 0) AS "logicalBytes", coalesce(sum(r."storedBytes"), 0) AS "storedBytes",
      coalesce(sum(r."movedBytes") FILTER (WHERE r."createdAt" >= ${since}), 0) AS "movedBytes24h",
      coalesce(sum(r."storedBytes") FILTER (WHERE r."createdAt" >= ${since}), 0) AS "storedBytes24h"
    FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    WHERE r.state IN ('available', 'damaged') AND ${vmVisibleSql(visibility)}`;
  return z.tuple([storageRow]).parse(rows)[0];
}
