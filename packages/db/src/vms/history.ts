import type { VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { historyDayView } from "./view.ts";
import { vmVisibleSql } from "./visibility.ts";

const historyRow = historyDayView.omit({ status: true });
export type HistoryRow = z.infer<typeof historyRow>;

/** Ended backups and missed occurrences per calendar day (UTC) since `from`; days without any have no row. */
export async function listHistory(
  tx: Tx,
  visibility: VmVisibility,
  options: { readonly from: Date; readonly vmId?: string },
): Promise<HistoryRow[]> {
  const where = visibleAnd(visibility, options.vmId);
  return historyRow.array().parse(
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

/** When protection began: of this VM, or of the first of all visible VMs; null when none was ever protected. */
export async function firstProtectedAt(
  tx: Tx,
  visibility: VmVisibility,
  vmId?: string,
): Promise<Date | null> {
  const rows = z.tuple([z.object({ since: z.date().nullable() })]).parse(
    await tx.$queryRaw`
      SELECT min(p.since) AS since FROM "Protection" p JOIN "VirtualMachine" vm ON vm.id = p."vmId"
      WHERE ${visibleAnd(visibility, vmId)}`,
  );
  return rows[0].since;
}

function visibleAnd(visibility: VmVisibility, vmId: string | undefined): Prisma.Sql {
  const visible = vmVisibleSql(visibility);
  return vmId === undefined ? visible : Prisma.sql`${visible} AND vm.id = ${vmId}::uuid`;
}
