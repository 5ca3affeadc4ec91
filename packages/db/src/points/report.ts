import { actorSchema, consistencySchema, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Db } from "../client.ts";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

/** Which recovery points a report is about. Deleted ones belong to it: a report hides nothing. */
export interface PointReportScope {
  readonly visibility: VmVisibility;
  /** Points whose content is of this time or later; null: from the first. */
  readonly from: Date | null;
  /** … and before this time; null: up to `asOf`. */
  readonly to: Date | null;
  /** Points that exist since later than this are left out, so that a report that takes long is of one moment. */
  readonly asOf: Date;
}

const bytes = z.union([z.bigint(), z.number()]).transform(Number).refine(Number.isSafeInteger);

const diskSchema = z.object({
  key: z.string(),
  name: z.string(),
  resourceId: z.string(),
  sku: z.string(),
  diskBytes: bytes,
  rootDigest: z.string(),
  deltaMethod: z.string(),
  deltaReason: z.string().nullable(),
  readBytes: bytes,
  changedBytes: bytes,
  movedBytes: bytes,
  storedBytes: bytes,
});

/** The VM as it was; what an older engine did not write down is absent. */
const vmFactsSchema = z.looseObject({
  resourceId: z.string().optional(),
  name: z.string().optional(),
  subscriptionId: z.string().optional(),
  resourceGroup: z.string().optional(),
  location: z.string().optional(),
  osType: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

/** Disks that the backup left out, and why, as its job remembers them. */
const excludedSchema = z.array(z.object({ key: z.string(), name: z.string(), reason: z.string() }));

const eventSchema = z.object({
  seq: z.number(),
  at: z.string(),
  prevDigest: z.string(),
  digest: z.string(),
});

const rowSchema = z.object({
  id: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  vmFacts: vmFactsSchema,
  excludedDisks: excludedSchema.nullable(),
  teams: z.array(z.string()),
  state: z.string(),
  trigger: z.string(),
  actor: actorSchema,
  jobId: z.string(),
  policyId: z.string().nullable(),
  policyName: z.string().nullable(),
  policyVersion: z.number().nullable(),
  occurrenceDueAt: z.date().nullable(),
  tiers: z.array(z.string()),
  expiresAt: z.date().nullable(),
  pinnedAt: z.date().nullable(),
  takenAt: z.date(),
  snapshotStartedAt: z.date(),
  snapshotEndedAt: z.date(),
  snapshotRemovedAt: z.date().nullable(),
  instantRestoreUntil: z.date().nullable(),
  snapshotIds: z.array(z.string()),
  consistencyWanted: consistencySchema,
  consistencyReached: consistencySchema,
  consistencyReason: z.string().nullable(),
  azureConsistency: z.string(),
  transferStartedAt: z.date(),
  transferEndedAt: z.date(),
  createdAt: z.date(),
  deadlineAt: z.date().nullable(),
  deadlineMet: z.boolean().nullable(),
  gapSeconds: z.number().nullable(),
  retries: z.number(),
  logicalBytes: bytes,
  allocatedBytes: bytes,
  readBytes: bytes,
  changedBytes: bytes,
  movedBytes: bytes,
  storedBytes: bytes,
  chunksNew: z.number(),
  chunksReused: z.number(),
  manifestDigest: z.string(),
  keyId: z.string(),
  vaultId: z.string(),
  vaultName: z.string(),
  vaultKind: z.string(),
  lastVerifiedAt: z.date().nullable(),
  lastVerifyMode: z.string().nullable(),
  lastVerifyOk: z.boolean().nullable(),
  deletedAt: z.date().nullable(),
  deletedBy: actorSchema.nullable(),
  deleteReason: z.string().nullable(),
  disks: z.array(diskSchema),
  event: eventSchema.nullable(),
});
/** Everything the database knows of a recovery point, as one row of a report. */
export type PointReportData = z.infer<typeof rowSchema>;

function inScope(scope: PointReportScope): Prisma.Sql {
  const parts = [vmVisibleSql(scope.visibility), Prisma.sql`r."createdAt" <= ${scope.asOf}`];
  if (scope.from) parts.push(Prisma.sql`r."takenAt" >= ${scope.from}`);
  if (scope.to) parts.push(Prisma.sql`r."takenAt" < ${scope.to}`);
  return Prisma.join(parts, " AND ");
}

/** Everything about the points of `page`, which is cut before anything is looked up for them. */
const selectRows = Prisma.sql`
  SELECT r.id::text, r."vmId"::text, vm.name AS "vmName", r."vmFacts", job.memory -> 'excluded' AS "excludedDisks", r.state, r.trigger, r.actor, r."jobId"::text,
    policy.id::text AS "policyId", policy.name AS "policyName", version.version AS "policyVersion",
    r."occurrenceDueAt", r.tiers, r."expiresAt", r."pinnedAt", r."takenAt", r."snapshotStartedAt", r."snapshotEndedAt",
    r."snapshotRemovedAt", r."instantRestoreUntil",
    ARRAY(SELECT a."resourceId" FROM "AzureResource" a WHERE a."jobId" = r."jobId" AND a.kind = 'restore-point' ORDER BY 1)
      AS "snapshotIds",
    r."consistencyWanted", r."consistencyReached", r."consistencyReason", r."azureConsistency", r."transferStartedAt",
    r."transferEndedAt", r."createdAt", r."deadlineAt", r."deadlineMet", r."gapSeconds", r.retries, r."logicalBytes",
    r."allocatedBytes", r."readBytes", r."changedBytes", r."movedBytes", r."storedBytes", r."chunksNew", r."chunksReused",
    r."manifestDigest", r."keyId", vault.id::text AS "vaultId", vault.name AS "vaultName", vault.kind AS "vaultKind",
    r."lastVerifiedAt", r."lastVerifyMode", r."lastVerifyOk", r."deletedAt", r."deletedBy", r."deleteReason",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('key', d."diskKey", 'name', d.name, 'resourceId', d."resourceId",
        'sku', d.sku, 'diskBytes', d."diskBytes", 'rootDigest', d."rootDigest", 'deltaMethod', d."deltaMethod",
        'deltaReason', d."deltaReason", 'readBytes', d."readBytes", 'changedBytes', d."changedBytes",
        'movedBytes', d."movedBytes", 'storedBytes', d."storedBytes")
        ORDER BY d."diskKey" = 'os' DESC, length(d."diskKey"), d."diskKey"), '[]')
      FROM "RecoveryPointDisk" d WHERE d."pointId" = r.id) AS disks,
    event.facts AS event,
    ARRAY(SELECT t.name FROM "Team" t WHERE t.id::text = ANY(event.teams) ORDER BY 1) AS teams
  FROM page JOIN "RecoveryPoint" r ON r.id = page.id
  JOIN "VirtualMachine" vm ON vm.id = r."vmId"
  JOIN "Vault" vault ON vault.id = r."vaultId"
  LEFT JOIN "Job" job ON job.id = r."jobId"
  LEFT JOIN "PolicyVersion" version ON version.id = r."policyVersionId"
  LEFT JOIN "Policy" policy ON policy.id = version."policyId"
  LEFT JOIN LATERAL (
    SELECT e."teamIds" AS teams, jsonb_build_object('seq', e.seq, 'prevDigest', e."prevDigest", 'digest', e.digest,
      'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS facts
    FROM "LedgerEvent" e WHERE e.target ->> 'id' = r.id::text AND e.kind = 'point.created' ORDER BY e.seq LIMIT 1
  ) event ON TRUE`;

const pageSize = 500;

/** The points of the scope by the time of their content, a page at a time (bounded memory). */
export async function* walkReportPoints(
  db: Db,
  scope: PointReportScope,
  signal?: AbortSignal,
): AsyncGenerator<PointReportData> {
  let after: { readonly takenAt: Date; readonly id: string } | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const beyond: Prisma.Sql = after
      ? Prisma.sql`(r."takenAt", r.id) > (${after.takenAt}, ${after.id}::uuid)`
      : Prisma.sql`TRUE`;
    const rows: PointReportData[] = z.array(rowSchema).parse(
      await db.prisma.$queryRaw`
        WITH page AS (
          SELECT r.id FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
          WHERE ${inScope(scope)} AND ${beyond} ORDER BY r."takenAt", r.id LIMIT ${pageSize})
        ${selectRows} ORDER BY r."takenAt", r.id`,
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last;
  }
}

/** A sum of bytes over many points: exact up to 2^53 (8 PiB), rounded to the nearest number above. */
const byteSum = z.string().regex(/^\d+$/).transform(Number);

const totalsSchema = z.object({
  points: z.number(),
  vms: z.number(),
  application: z.number(),
  file: z.number(),
  crash: z.number(),
  deleted: z.number(),
  verified: z.number(),
  damaged: z.number(),
  deadlinesMissed: z.number(),
  logicalBytes: byteSum,
  movedBytes: byteSum,
  storedBytes: byteSum,
});
export type PointReportTotals = z.infer<typeof totalsSchema>;

/** Sums over the points of the scope. */
export async function sumReportPoints(tx: Tx, scope: PointReportScope): Promise<PointReportTotals> {
  const rows = await tx.$queryRaw`
    SELECT count(*)::int AS points, count(DISTINCT r."vmId")::int AS vms,
      count(*) FILTER (WHERE r."consistencyReached" = 'application')::int AS application,
      count(*) FILTER (WHERE r."consistencyReached" = 'file')::int AS file,
      count(*) FILTER (WHERE r."consistencyReached" = 'crash')::int AS crash,
      count(*) FILTER (WHERE r.state = 'deleted')::int AS deleted,
      count(*) FILTER (WHERE r."lastVerifyOk")::int AS verified,
      count(*) FILTER (WHERE r.state = 'damaged')::int AS damaged,
      count(*) FILTER (WHERE r."deadlineMet" = FALSE)::int AS "deadlinesMissed",
      coalesce(sum(r."logicalBytes"), 0)::text AS "logicalBytes",
      coalesce(sum(r."movedBytes"), 0)::text AS "movedBytes",
      coalesce(sum(r."storedBytes"), 0)::text AS "storedBytes"
    FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId" WHERE ${inScope(scope)}`;
  return z.array(totalsSchema).length(1).parse(rows)[0] ?? noTotals;
}

export const noTotals: PointReportTotals = {
  points: 0,
  vms: 0,
  application: 0,
  file: 0,
  crash: 0,
  deleted: 0,
  verified: 0,
  damaged: 0,
  deadlinesMissed: 0,
  logicalBytes: 0,
  movedBytes: 0,
  storedBytes: 0,
};
