/**
 * Recovery points as pages and the command line read them: lists, look-ups by id, one point in
 * full.
 */
import type { PointSort, VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import {
  diskOrderSql,
  idBeginsSql,
  type ListPage,
  objectSql,
  type PageOrder,
  policyVersionSql,
  readPage,
  readView,
  readViews,
  refSql,
  type ViewSource,
} from "../view-sql.ts";
import { policyNamedSql, vmNamedSql } from "../vms/search.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { type PointRow, type pointDisk, pointRow, type StoredPoint, storedPoint } from "./view.ts";

export const pointTable = { alias: "r", columns: Prisma.RecoveryPointScalarFieldEnum };
const diskTable = { alias: "d", columns: Prisma.RecoveryPointDiskScalarFieldEnum };

const pointOfVm = Prisma.sql`"RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"`;
const from = Prisma.sql`${pointOfVm}
  LEFT JOIN "PolicyVersion" version ON version.id = r."policyVersionId"
  LEFT JOIN "Policy" policy ON policy.id = version."policyId"`;

const composed = {
  vm: refSql("vm"),
  policy: policyVersionSql,
  consistency: Prisma.sql`r."consistencyReached"`,
  // A snapshot that is removed, or is being removed, restores nothing.
  instantRestoreUntil: Prisma.sql`CASE WHEN r."instantRestoreUntil" IS NOT NULL AND r."snapshotRemovedAt" IS NULL
    AND NOT EXISTS (SELECT FROM "AzureResource" a WHERE a."jobId" = r."jobId" AND a.kind IN ('restore-point', 'snapshot')
      AND (a.wanted = 'removed' OR a.state = 'removed')) THEN r."instantRestoreUntil" END`,
  diskCount: Prisma.sql`(SELECT count(*) FROM "RecoveryPointDisk" d WHERE d."pointId" = r.id)`,
  lastVerified: Prisma.sql`CASE WHEN r."lastVerifiedAt" IS NOT NULL
    THEN jsonb_build_object('at', r."lastVerifiedAt", 'mode', r."lastVerifyMode", 'ok', r."lastVerifyOk") END`,
  coverage: Prisma.sql`CASE WHEN r."readAt" IS NOT NULL THEN jsonb_build_object('percent', r."verifyCoverage",
    'readAt', r."readAt", 'wholeAt', r."readWholeAt") END`,
};

const points: ViewSource<PointRow> = {
  schema: pointRow,
  object: objectSql(pointRow, pointTable, composed),
  from,
};

export interface PointFilter {
  readonly search?: string | undefined;
  readonly vmId?: string | undefined;
  readonly vmIds?: readonly string[] | undefined;
  /** Without it: every state but deleted. */
  readonly state?: readonly string[] | undefined;
  readonly consistency?: readonly string[] | undefined;
  /** Only pinned points. */
  readonly pinned?: boolean | undefined;
  /** What this vault holds, second copies too; without it: points in the vaults that their backups chose. */
  readonly vaultId?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

async function filtered(tx: Tx, visibility: VmVisibility, filter: PointFilter): Promise<Prisma.Sql> {
  const { search, state, consistency } = filter;
  const parts = [
    vmVisibleSql(visibility),
    filter.vaultId ? Prisma.sql`r."vaultId" = ${filter.vaultId}::uuid` : Prisma.sql`r."copyOf" IS NULL`,
    state?.length ? Prisma.sql`r.state IN (${Prisma.join([...state])})` : Prisma.sql`r.state <> 'deleted'`,
  ];
  if (search) {
    const named = await vmNamedSql(tx, Prisma.sql`r."vmId"`, search);
    const ofPolicy = await policyNamedSql(tx, Prisma.sql`r."policyVersionId"`, search);
    parts.push(Prisma.sql`(${named} OR ${idBeginsSql(Prisma.sql`r.id`, search)} OR ${ofPolicy})`);
  }
  if (filter.vmId) parts.push(Prisma.sql`r."vmId" = ${filter.vmId}::uuid`);
  if (filter.vmIds) parts.push(Prisma.sql`r."vmId" = ANY(${[...filter.vmIds]}::uuid[])`);
  if (consistency?.length) {
    parts.push(Prisma.sql`r."consistencyReached" IN (${Prisma.join([...consistency])})`);
  }
  if (filter.pinned === true) parts.push(Prisma.sql`r."pinnedAt" IS NOT NULL`);
  if (filter.from) parts.push(Prisma.sql`r."takenAt" >= ${filter.from}`);
  if (filter.to) parts.push(Prisma.sql`r."takenAt" < ${filter.to}`);
  return Prisma.join(parts, " AND ");
}

const orders = {
  takenAt: Prisma.sql`r."takenAt"`,
  vm: Prisma.sql`lower(vm.name)`,
  movedBytes: Prisma.sql`r."movedBytes"`,
  expiresAt: Prisma.sql`r."expiresAt"`,
} satisfies Record<PointSort, Prisma.Sql>;

/** One page of the visible recovery points that pass the filter, and how many there are. */
export async function listPointViews(
  tx: Tx,
  visibility: VmVisibility,
  options: { readonly filter: PointFilter; readonly order: PageOrder<PointSort> },
): Promise<ListPage<PointRow>> {
  const { sort, ...order } = options.order;
  return readPage(tx, points, {
    ...order,
    key: Prisma.sql`r.id`,
    from: pointOfVm,
    where: await filtered(tx, visibility, options.filter),
    orderBy: orders[sort],
    thenBy: Prisma.sql`r."takenAt" DESC, r.id`,
  });
}

/** Visible points, deleted ones included, whose id begins with this text; at most 3. */
export function findPointViews(tx: Tx, visibility: VmVisibility, idPrefix: string): Promise<PointRow[]> {
  const begins = idBeginsSql(Prisma.sql`r.id`, idPrefix);
  return readViews(
    tx,
    points,
    Prisma.sql`WHERE ${begins} AND ${vmVisibleSql(visibility)} ORDER BY r.id LIMIT 3`,
  );
}

/** The newest available point of a VM, or null. */
export async function findLatestPointView(
  tx: Tx,
  visibility: VmVisibility,
  vmId: string,
): Promise<PointRow | null> {
  const rows = await readViews(
    tx,
    points,
    Prisma.sql`WHERE r."vmId" = ${vmId}::uuid AND r."copyOf" IS NULL AND r.state = 'available' AND ${vmVisibleSql(visibility)}
      ORDER BY r."takenAt" DESC LIMIT 1`,
  );
  return rows[0] ?? null;
}

/** The cipher of every pack and manifest in the vault. */
export const encryptionSql = Prisma.sql`'AES-256-GCM'::text`;

/** The disks of point `r` in the shape of a schema, in the order in which they are shown. */
export function pointDisksSql(schema: typeof pointDisk): Prisma.Sql {
  const disk = objectSql(schema, diskTable, { key: Prisma.sql`d."diskKey"` });
  return Prisma.sql`(SELECT coalesce(jsonb_agg(${disk} ORDER BY ${diskOrderSql("d")}), '[]')
    FROM "RecoveryPointDisk" d WHERE d."pointId" = r.id)`;
}

const stored: ViewSource<StoredPoint> = {
  schema: storedPoint,
  object: objectSql(storedPoint, pointTable, {
    ...composed,
    encryption: encryptionSql,
    vault: Prisma.sql`jsonb_build_object('id', vault.id, 'name', vault.name, 'kind', vault.kind)`,
    copies: Prisma.sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('pointId', c.id, 'state', c.state, 'since', c."createdAt",
      'vault', jsonb_build_object('id', place.id, 'name', place.name)) ORDER BY c."createdAt"), '[]')
      FROM "RecoveryPoint" c JOIN "Vault" place ON place.id = c."vaultId" WHERE c."copyOf" = r.id AND c.state <> 'deleted')`,
    original: Prisma.sql`(SELECT jsonb_build_object('pointId', o.id, 'vault', jsonb_build_object('id', place.id, 'name', place.name))
      FROM "RecoveryPoint" o JOIN "Vault" place ON place.id = o."vaultId" WHERE o.id = r."copyOf")`,
    isOnly: Prisma.sql`(r.state = 'available' AND r."copyOf" IS NULL AND NOT EXISTS (SELECT 1 FROM "RecoveryPoint" other
      WHERE other."vmId" = r."vmId" AND other.id <> r.id AND other."copyOf" IS NULL AND other.state = 'available'))`,
    disks: pointDisksSql(storedPoint.shape.disks.element),
  }),
  from: Prisma.sql`${from} JOIN "Vault" vault ON vault.id = r."vaultId"`,
};

/** Every fact of a point that the caller has found to be visible. */
export function getPointDetail(tx: Tx, pointId: string): Promise<StoredPoint> {
  return readView(tx, stored, Prisma.sql`WHERE r.id = ${pointId}::uuid`);
}
