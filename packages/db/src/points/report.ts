/** Recovery points as reports read them: every row of a scope as a stream, and the sums over it. */
import { snapshotKinds, type VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import type { Db } from "../client.ts";
import type { Tx } from "../tx.ts";
import { objectSql, readView, readViews, type SqlTable, type ViewSource, wordsSql } from "../view-sql.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { encryptionSql, pointDisksSql, pointTable } from "./read.ts";
import {
  type PointReportRow,
  type PointReportTotals,
  pointDisk,
  pointReportRow,
  pointReportTotals,
  reportBlocks,
} from "./view.ts";

/** The recovery points of a report, deleted ones included. */
export interface PointReportScope {
  readonly visibility: VmVisibility;
  /** Points taken at this time or later; null: from the first. */
  readonly from: Date | null;
  /** Points taken before this time; null: up to `asOf`. */
  readonly to: Date | null;
  /** Points created after this time are left out, so that a long report shows one moment. */
  readonly asOf: Date;
}

function inScope(scope: PointReportScope): Prisma.Sql {
  const parts = [
    vmVisibleSql(scope.visibility),
    Prisma.sql`r."copyOf" IS NULL AND r."createdAt" <= ${scope.asOf}`,
  ];
  if (scope.from) parts.push(Prisma.sql`r."takenAt" >= ${scope.from}`);
  if (scope.to) parts.push(Prisma.sql`r."takenAt" < ${scope.to}`);
  return Prisma.join(parts, " AND ");
}

/** For objects without columns: every key is given. */
const noTable: SqlTable<never> = { alias: "", columns: {} };

/** Facts that an older engine did not record in `vmFacts` are null. */
const identity = objectSql(reportBlocks.identity, noTable, {
  pointId: Prisma.sql`r.id`,
  vmId: Prisma.sql`r."vmId"`,
  vmName: Prisma.sql`coalesce(r."vmFacts" ->> 'name', vm.name)`,
  vmResourceId: Prisma.sql`r."vmFacts" ->> 'resourceId'`,
  tags: Prisma.sql`coalesce(r."vmFacts" -> 'tags', '{}')`,
  subscriptionId: Prisma.sql`r."vmFacts" ->> 'subscriptionId'`,
  resourceGroup: Prisma.sql`r."vmFacts" ->> 'resourceGroup'`,
  location: Prisma.sql`r."vmFacts" ->> 'location'`,
  osType: Prisma.sql`r."vmFacts" ->> 'osType'`,
  teams: Prisma.sql`ARRAY(SELECT t.name FROM "Team" t WHERE t.id::text = ANY(event.teams) ORDER BY 1)`,
  excludedDisks: Prisma.sql`coalesce(nullif(job.memory -> 'excluded', 'null'), r."vmFacts" -> 'excludedDisks', '[]')`,
});

/**
 * The parts of a row; the points come from `page`, which is limited before the joins.
 */
const rows: ViewSource<PointReportRow> = {
  schema: pointReportRow,
  object: objectSql(pointReportRow, noTable, {
    identity,
    policy: objectSql(reportBlocks.policy, pointTable, {
      id: Prisma.sql`policy.id`,
      name: Prisma.sql`policy.name`,
      version: Prisma.sql`version.version`,
    }),
    capture: objectSql(reportBlocks.capture, pointTable, {
      snapshotIds: Prisma.sql`ARRAY(SELECT a."resourceId" FROM "AzureResource" a
        WHERE a."jobId" = r."jobId" AND a.kind IN (${wordsSql(snapshotKinds)}) ORDER BY 1)`,
    }),
    transfer: objectSql(reportBlocks.transfer, pointTable, {
      startedAt: Prisma.sql`r."transferStartedAt"`,
      endedAt: Prisma.sql`r."transferEndedAt"`,
    }),
    disks: pointDisksSql(pointDisk),
    integrity: objectSql(reportBlocks.integrity, pointTable, {
      damagedBytes: Prisma.sql`(SELECT sum(p.bytes) FROM "PointDamage" p WHERE p."pointId" = r.id)`,
    }),
    protection: objectSql(reportBlocks.protection, pointTable, {
      encryption: encryptionSql,
      vaultId: Prisma.sql`coalesce(vault.identity, vault.id::text)`,
      vaultName: Prisma.sql`vault.name`,
      vaultKind: Prisma.sql`vault.kind`,
    }),
    lifecycle: objectSql(reportBlocks.lifecycle, pointTable, {}),
    ledger: Prisma.sql`event.facts`,
  }),
  from: Prisma.sql`JOIN "RecoveryPoint" r ON r.id = page.id
    JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    JOIN "Vault" vault ON vault.id = r."vaultId"
    LEFT JOIN "Job" job ON job.id = r."jobId"
    LEFT JOIN "PolicyVersion" version ON version.id = r."policyVersionId"
    LEFT JOIN "Policy" policy ON policy.id = version."policyId"
    LEFT JOIN LATERAL (
      SELECT e."teamIds" AS teams,
        jsonb_build_object('seq', e.seq, 'at', e.at, 'prevDigest', e."prevDigest", 'digest', e.digest) AS facts
      FROM "LedgerEvent" e WHERE e.target ->> 'id' = r.id::text AND e.kind = 'point.created' ORDER BY e.seq LIMIT 1
    ) event ON TRUE`,
};

const pageSize = 500;

/**
 * Streams the points of the scope in the order in which they were taken, a page at a time, so that
 * memory is bounded.
 */
export async function* walkReportPoints(
  db: Db,
  scope: PointReportScope,
  signal?: AbortSignal,
): AsyncGenerator<PointReportRow> {
  let beyond = Prisma.sql`TRUE`;
  for (;;) {
    signal?.throwIfAborted();
    const page = Prisma.sql`(SELECT r.id FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
      WHERE ${inScope(scope)} AND ${beyond} ORDER BY r."takenAt", r.id LIMIT ${pageSize}) page`;
    const source = { ...rows, from: Prisma.sql`${page} ${rows.from}` };
    const found = await readViews(db.prisma, source, Prisma.sql`ORDER BY r."takenAt", r.id`);
    yield* found;
    const last = found.at(-1);
    if (last === undefined || found.length < pageSize) return;
    beyond = Prisma.sql`(r."takenAt", r.id) > (${last.capture.takenAt}::timestamptz, ${last.identity.pointId}::uuid)`;
  }
}

function countWhere(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`count(*) FILTER (WHERE ${condition})`;
}

const totals: ViewSource<PointReportTotals> = {
  schema: pointReportTotals,
  object: objectSql(pointReportTotals, noTable, {
    points: Prisma.sql`count(*)`,
    vms: Prisma.sql`count(DISTINCT r."vmId")`,
    application: countWhere(Prisma.sql`r."consistencyReached" = 'application'`),
    file: countWhere(Prisma.sql`r."consistencyReached" = 'file'`),
    crash: countWhere(Prisma.sql`r."consistencyReached" = 'crash'`),
    softDeleted: countWhere(Prisma.sql`r.state = 'soft-deleted'`),
    deleted: countWhere(Prisma.sql`r.state = 'deleted'`),
    pinned: countWhere(Prisma.sql`r."pinnedAt" IS NOT NULL`),
    verified: countWhere(Prisma.sql`r."lastVerifyOk"`),
    damaged: countWhere(Prisma.sql`r.state = 'damaged'`),
    deadlinesMissed: countWhere(Prisma.sql`r."deadlineMet" = FALSE`),
    logicalBytes: Prisma.sql`coalesce(sum(r."logicalBytes"), 0)`,
    movedBytes: Prisma.sql`coalesce(sum(r."movedBytes"), 0)`,
    storedBytes: Prisma.sql`coalesce(sum(r."storedBytes"), 0)`,
  }),
  from: Prisma.sql`"RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"`,
};

/** The sums over the points of a scope. */
export function sumReportPoints(tx: Tx, scope: PointReportScope): Promise<PointReportTotals> {
  return readView(tx, totals, Prisma.sql`WHERE ${inScope(scope)}`);
}
