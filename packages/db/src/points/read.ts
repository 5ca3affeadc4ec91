import { actorSchema, consistencySchema, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { likeText } from "../text.ts";
import type { Tx } from "../tx.ts";
import { countOf } from "../vms/read.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

const bytes = z.coerce.number().refine(Number.isSafeInteger);

const pointRow = z.object({
  id: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  state: z.enum(["available", "damaged", "deleting", "deleted"]),
  takenAt: z.date(),
  trigger: z.string(),
  consistencyWanted: consistencySchema,
  consistencyReached: consistencySchema,
  consistencyReason: z.string().nullable(),
  policyId: z.string().nullable(),
  policyName: z.string().nullable(),
  policyVersion: z.number().nullable(),
  diskCount: z.coerce.number(),
  logicalBytes: bytes,
  changedBytes: bytes,
  movedBytes: bytes,
  storedBytes: bytes,
  tiers: z.array(z.string()),
  expiresAt: z.date().nullable(),
  pinnedAt: z.date().nullable(),
  instantRestoreUntil: z.date().nullable(),
  lastVerifiedAt: z.date().nullable(),
  lastVerifyMode: z.string().nullable(),
  lastVerifyOk: z.boolean().nullable(),
  deletedAt: z.date().nullable(),
});
export type PointViewRow = z.infer<typeof pointRow>;

const selectPoints = Prisma.sql`
  SELECT r.id::text, r."vmId"::text, vm.name AS "vmName", r.state, r."takenAt", r.trigger, r."consistencyWanted",
    r."consistencyReached", r."consistencyReason", policy.id::text AS "policyId", policy.name AS "policyName",
    version.version AS "policyVersion",
    (SELECT count(*) FROM "RecoveryPointDisk" d WHERE d."pointId" = r.id) AS "diskCount",
    r."logicalBytes", r."changedBytes", r."movedBytes", r."storedBytes", r.tiers, r."expiresAt", r."pinnedAt",
    r."instantRestoreUntil", r."lastVerifiedAt", r."lastVerifyMode", r."lastVerifyOk", r."deletedAt"
  FROM "RecoveryPoint" r
  JOIN "VirtualMachine" vm ON vm.id = r."vmId"
  LEFT JOIN "PolicyVersion" version ON version.id = r."policyVersionId"
  LEFT JOIN "Policy" policy ON policy.id = version."policyId"`;

export interface PointFilter {
  readonly search?: string | undefined;
  readonly vmId?: string | undefined;
  readonly vmIds?: readonly string[] | undefined;
  /** Without it: every state but deleted. */
  readonly state?: readonly string[] | undefined;
  readonly consistency?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface PointOrder {
  readonly sort: "takenAt" | "vm" | "movedBytes" | "expiresAt";
  readonly direction: "asc" | "desc";
  readonly page: number;
  readonly pageSize: number;
}

function filtered(visibility: VmVisibility, filter: PointFilter): Prisma.Sql {
  const parts = [vmVisibleSql(visibility)];
  if (filter.search) {
    const like = `%${likeText(filter.search)}%`;
    parts.push(Prisma.sql`(vm.name ILIKE ${like} OR r.id::text ILIKE ${like} OR policy.name ILIKE ${like})`);
  }
  if (filter.vmId) parts.push(Prisma.sql`r."vmId" = ${filter.vmId}::uuid`);
  if (filter.vmIds) parts.push(Prisma.sql`r."vmId" = ANY(${[...filter.vmIds]}::uuid[])`);
  parts.push(
    filter.state && filter.state.length > 0
      ? Prisma.sql`r.state IN (${Prisma.join([...filter.state])})`
      : Prisma.sql`r.state <> 'deleted'`,
  );
  if (filter.consistency && filter.consistency.length > 0) {
    parts.push(Prisma.sql`r."consistencyReached" IN (${Prisma.join([...filter.consistency])})`);
  }
  if (filter.from) parts.push(Prisma.sql`r."takenAt" >= ${filter.from}`);
  if (filter.to) parts.push(Prisma.sql`r."takenAt" < ${filter.to}`);
  return Prisma.join(parts, " AND ");
}

const orders = {
  takenAt: Prisma.sql`r."takenAt"`,
  vm: Prisma.sql`lower(vm.name)`,
  movedBytes: Prisma.sql`r."movedBytes"`,
  expiresAt: Prisma.sql`r."expiresAt"`,
} satisfies Record<PointOrder["sort"], Prisma.Sql>;

/** One page of the visible recovery points, and how many the filter lets through. */
export async function listPointViews(
  tx: Tx,
  visibility: VmVisibility,
  options: { readonly filter: PointFilter; readonly order: PointOrder },
): Promise<{ rows: PointViewRow[]; total: number }> {
  const { order } = options;
  const where = filtered(visibility, options.filter);
  const direction = order.direction === "asc" ? Prisma.sql`ASC NULLS LAST` : Prisma.sql`DESC NULLS LAST`;
  const rows = await tx.$queryRaw`${selectPoints} WHERE ${where}
    ORDER BY ${orders[order.sort]} ${direction}, r."takenAt" DESC, r.id
    LIMIT ${order.pageSize} OFFSET ${(order.page - 1) * order.pageSize}`;
  const counts = await tx.$queryRaw`
    SELECT count(*) AS count FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    LEFT JOIN "PolicyVersion" version ON version.id = r."policyVersionId"
    LEFT JOIN "Policy" policy ON policy.id = version."policyId" WHERE ${where}`;
  return { rows: pointRow.array().parse(rows), total: countOf(counts) };
}

/** Visible points whose id is, or begins with, this text; at most 3. Deleted ones too. */
export async function findPointViews(
  tx: Tx,
  visibility: VmVisibility,
  idPrefix: string,
): Promise<PointViewRow[]> {
  const rows = await tx.$queryRaw`${selectPoints}
    WHERE r.id::text LIKE ${`${likeText(idPrefix.toLowerCase())}%`} AND ${vmVisibleSql(visibility)} ORDER BY r.id LIMIT 3`;
  return pointRow.array().parse(rows);
}

/** The newest point of a VM that can be restored, or null. */
export async function findLatestPointView(
  tx: Tx,
  visibility: VmVisibility,
  vmId: string,
): Promise<PointViewRow | null> {
  const rows = await tx.$queryRaw`${selectPoints}
    WHERE r."vmId" = ${vmId}::uuid AND r.state = 'available' AND ${vmVisibleSql(visibility)}
    ORDER BY r."takenAt" DESC LIMIT 1`;
  return pointRow.array().parse(rows)[0] ?? null;
}

const diskDetail = z.object({
  diskKey: z.string(),
  name: z.string(),
  resourceId: z.string(),
  sku: z.string(),
  diskBytes: bytes,
  root: z.string().nullable(),
  rootDigest: z.string(),
  deltaMethod: z.string(),
  deltaReason: z.string().nullable(),
  allocatedBytes: bytes,
  readBytes: bytes,
  changedBytes: bytes,
  movedBytes: bytes,
  storedBytes: bytes,
});

const pointDetail = z.object({
  jobId: z.string(),
  actor: actorSchema,
  vmFacts: z.record(z.string(), z.unknown()),
  occurrenceDueAt: z.date().nullable(),
  azureConsistency: z.string(),
  snapshotStartedAt: z.date(),
  snapshotEndedAt: z.date(),
  snapshotRemovedAt: z.date().nullable(),
  transferStartedAt: z.date(),
  transferEndedAt: z.date(),
  createdAt: z.date(),
  deadlineAt: z.date().nullable(),
  deadlineMet: z.boolean().nullable(),
  gapSeconds: z.number().nullable(),
  retries: z.number(),
  allocatedBytes: bytes,
  readBytes: bytes,
  chunksNew: z.number(),
  chunksReused: z.number(),
  manifestDigest: z.string(),
  keyId: z.string(),
  deletedBy: actorSchema.nullable(),
  deleteReason: z.string().nullable(),
  lastVerifyDetail: z.record(z.string(), z.unknown()).nullable(),
  vault: z.object({ id: z.string(), name: z.string(), kind: z.string() }),
  disks: z.array(diskDetail),
});
export type PointDetail = z.infer<typeof pointDetail>;

/** Every other fact of a point whose visibility has been judged. */
export async function getPointDetail(tx: Tx, pointId: string): Promise<PointDetail> {
  const point = await tx.recoveryPoint.findUniqueOrThrow({
    where: { id: pointId },
    include: { disks: true, vault: { select: { id: true, name: true, kind: true } } },
  });
  const detail = pointDetail.parse(point);
  return { ...detail, disks: detail.disks.toSorted((a, b) => diskRank(a.diskKey) - diskRank(b.diskKey)) };
}

function diskRank(key: string): number {
  return key === "os" ? -1 : Number(key);
}
