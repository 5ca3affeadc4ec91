import { heldPointStates, openJobStates, storedPointStates, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { type StorageView, storageView, type TransfersView, transfersView } from "./view.ts";

/**
 * Returns sums over the visible points; the figures of the last day count those that were made from `since` on.
 * The sums of each VM are kept up to date by triggers.
 */
export async function readStorage(tx: Tx, visibility: VmVisibility, since: Date): Promise<StorageView> {
  const visible = vmVisibleSql(visibility);
  const rows = await tx.$queryRaw`
    SELECT total.*, newest.*, undo.*, pinned.* FROM
      (SELECT coalesce(sum(s.points), 0) AS points, coalesce(sum(s."logicalBytes"), 0) AS "logicalBytes",
          coalesce(sum(s."storedBytes"), 0) AS "storedBytes",
          coalesce(sum(s."softDeletedPoints"), 0) AS "softDeletedPoints", coalesce(sum(s."softDeletedBytes"), 0) AS "softDeletedBytes"
        FROM "VmPoints" s JOIN "VirtualMachine" vm ON vm.id = s."vmId" WHERE ${visible}) total,
      (SELECT coalesce(sum(r."movedBytes"), 0) AS "movedBytes24h", coalesce(sum(r."storedBytes"), 0) AS "storedBytes24h"
        FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
        WHERE r."createdAt" >= ${since} AND r."copyOf" IS NULL AND r.state IN (${wordsSql(storedPointStates)}) AND ${visible}) newest,
      (SELECT min(first.at) AS "undoUntil" FROM "VmPoints" s JOIN "VirtualMachine" vm ON vm.id = s."vmId"
        CROSS JOIN LATERAL (SELECT min(r."purgeAt") AS at FROM "RecoveryPoint" r
          WHERE r."vmId" = vm.id AND r.state = 'soft-deleted') first
        WHERE s."softDeletedPoints" > 0 AND ${visible}) undo,
      (SELECT count(*) AS "pinnedPoints" FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
        WHERE r."pinnedAt" IS NOT NULL AND r.state IN (${wordsSql(heldPointStates)}) AND ${visible}) pinned`;
  const sums = z.tuple([z.record(z.string(), z.union([z.null(), z.date(), z.coerce.string()]))]).parse(rows);
  return storageView.parse(sums[0]);
}

/** Counts the visible open transfers; met and missed are deadlines of backups that ended from `since` on. */
export async function readTransfers(tx: Tx, visibility: VmVisibility, since: Date): Promise<TransfersView> {
  const open = Prisma.sql`j.state IN (${wordsSql(openJobStates)})`;
  const transfer = Prisma.sql`${open} AND (j."capturedAt" IS NOT NULL OR j.kind = 'restore-disk')`;
  const still = Prisma.sql`(j."parkedSince" IS NOT NULL OR j."waitsFor" IS NOT NULL OR j.stage = 'transfer-waiting')`;
  // Two parts, because no index serves both.
  const rows = await tx.$queryRaw`
    SELECT count(*) FILTER (WHERE ${transfer} AND NOT ${still}) AS moving,
      count(*) FILTER (WHERE ${transfer} AND ${still}) AS waiting,
      count(*) FILTER (WHERE ${transfer} AND j."parkedSince" IS NOT NULL) AS parked,
      count(*) FILTER (WHERE ${open} AND j."deadlineAtRisk") AS "atRisk",
      max(j."forecastEndAt") FILTER (WHERE ${open}) AS "lastEndAt",
      count(*) FILTER (WHERE j."deadlineMet") AS met,
      count(*) FILTER (WHERE NOT j."deadlineMet") AS missed
    FROM (
      SELECT j."vmId", j.kind, j.state, j.stage, j."capturedAt", j."parkedSince", j."waitsFor", j."deadlineAtRisk",
        j."forecastEndAt", j."deadlineMet" FROM "Job" j WHERE ${open}
      UNION ALL
      SELECT j."vmId", j.kind, j.state, j.stage, NULL, NULL, NULL, FALSE, NULL, j."deadlineMet" FROM "Job" j
      WHERE j.kind = 'backup' AND j."endedAt" >= ${since} AND j."deadlineMet" IS NOT NULL
    ) j JOIN "VirtualMachine" vm ON vm.id = j."vmId" WHERE ${vmVisibleSql(visibility)}`;
  return z.tuple([transfersView]).parse(rows)[0];
}
