import { actorSchema, jobKinds, jobStates, stepStates, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { likeText } from "../text.ts";
import type { Tx } from "../tx.ts";
import { countOf } from "../vms/read.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

/** ErrorInfo of domain, as jobs store it. */
export const storedErrorSchema = z.object({
  code: z.string(),
  reason: z.string().nullable().default(null),
  message: z.string(),
  action: z.string().nullable().default(null),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
});

const jobRow = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  state: z.enum(jobStates),
  stage: z.string(),
  trigger: z.string(),
  actor: actorSchema,
  parameters: z.record(z.string(), z.unknown()),
  attempt: z.number(),
  vmId: z.string().nullable(),
  vmName: z.string().nullable(),
  pointId: z.string().nullable(),
  policyId: z.string().nullable(),
  policyName: z.string().nullable(),
  policyVersion: z.number().nullable(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  dueAt: z.date().nullable(),
  deadlineAt: z.date().nullable(),
  cancelAskedAt: z.date().nullable(),
  error: storedErrorSchema.nullable(),
  /** Errors or sentences; the service makes them one kind. */
  warnings: z.array(z.unknown()),
  plannedBytes: z.coerce.number(),
  readBytes: z.coerce.number(),
  changedBytes: z.coerce.number(),
  movedBytes: z.coerce.number(),
  storedBytes: z.coerce.number(),
  logicalBytes: z.coerce.number(),
});
export type JobViewRow = z.infer<typeof jobRow>;

/** Sums over a job's disks; the VM's alias is `vm` for the visibility condition. Jobs without a VM are shown to the whole organisation's readers only. */
const selectJobs = Prisma.sql`
  SELECT j.id::text, j.kind, j.state, j.stage, j.trigger, j.actor, j.parameters, j.attempt, j."vmId"::text, vm.name AS "vmName",
    j."pointId"::text, policy.id::text AS "policyId", policy.name AS "policyName", version.version AS "policyVersion",
    j."createdAt", j."startedAt", j."endedAt", j."dueAt", j."deadlineAt", j."cancelAskedAt", j.error, j.warnings,
    coalesce(d."plannedBytes", 0) AS "plannedBytes", coalesce(d."readBytes", 0) AS "readBytes",
    coalesce(d."changedBytes", 0) AS "changedBytes", coalesce(d."movedBytes", 0) AS "movedBytes",
    coalesce(d."storedBytes", 0) AS "storedBytes", coalesce(d."logicalBytes", 0) AS "logicalBytes"
  FROM "Job" j
  LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"
  LEFT JOIN "PolicyVersion" version ON version.id = j."policyVersionId"
  LEFT JOIN "Policy" policy ON policy.id = version."policyId"
  LEFT JOIN LATERAL (SELECT sum(x."plannedBytes") AS "plannedBytes", sum(x."readBytes") AS "readBytes",
      sum(x."changedBytes") AS "changedBytes", sum(x."movedBytes") AS "movedBytes", sum(x."storedBytes") AS "storedBytes",
      sum(x."diskBytes") AS "logicalBytes"
    FROM "JobDisk" x WHERE x."jobId" = j.id) d ON TRUE`;

/** The VM must be visible; what belongs to no VM is the organisation's. */
function jobVisible(visibility: VmVisibility): Prisma.Sql {
  return visibility.all
    ? Prisma.sql`TRUE`
    : Prisma.sql`(j."vmId" IS NOT NULL AND ${vmVisibleSql(visibility)})`;
}

export interface JobFilter {
  readonly search?: string | undefined;
  readonly vmId?: string | undefined;
  readonly pointId?: string | undefined;
  readonly kind?: readonly string[] | undefined;
  readonly state?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Jobs that have not ended, and those that ended from this moment on. */
  readonly activeOrEndedSince?: Date | undefined;
  /** Only these; an empty list lets nothing through. */
  readonly ids?: readonly string[] | undefined;
}

export interface JobOrder {
  readonly sort: "createdAt" | "endedAt" | "vm";
  readonly direction: "asc" | "desc";
  readonly page: number;
  readonly pageSize: number;
}

function filtered(visibility: VmVisibility, filter: JobFilter): Prisma.Sql {
  const parts = [jobVisible(visibility)];
  if (filter.search) {
    const like = `%${likeText(filter.search)}%`;
    parts.push(
      Prisma.sql`(vm.name ILIKE ${like} OR j.id::text ILIKE ${like} OR j.error->>'message' ILIKE ${like})`,
    );
  }
  if (filter.vmId) parts.push(Prisma.sql`j."vmId" = ${filter.vmId}::uuid`);
  if (filter.pointId) parts.push(Prisma.sql`j."pointId" = ${filter.pointId}::uuid`);
  if (filter.kind && filter.kind.length > 0)
    parts.push(Prisma.sql`j.kind IN (${Prisma.join([...filter.kind])})`);
  if (filter.state && filter.state.length > 0) {
    parts.push(Prisma.sql`j.state IN (${Prisma.join([...filter.state])})`);
  }
  if (filter.from) parts.push(Prisma.sql`j."createdAt" >= ${filter.from}`);
  if (filter.to) parts.push(Prisma.sql`j."createdAt" < ${filter.to}`);
  if (filter.activeOrEndedSince) {
    parts.push(Prisma.sql`(j.state IN ('queued', 'running') OR j."endedAt" >= ${filter.activeOrEndedSince})`);
  }
  if (filter.ids) parts.push(Prisma.sql`j.id = ANY(${[...filter.ids]}::uuid[])`);
  return Prisma.join(parts, " AND ");
}

const orders = {
  createdAt: Prisma.sql`j."createdAt"`,
  endedAt: Prisma.sql`j."endedAt"`,
  vm: Prisma.sql`lower(vm.name)`,
} satisfies Record<JobOrder["sort"], Prisma.Sql>;

/** One page of the visible jobs, and how many the filter lets through. */
export async function listJobViews(
  tx: Tx,
  visibility: VmVisibility,
  options: { readonly filter: JobFilter; readonly order: JobOrder },
): Promise<{ rows: JobViewRow[]; total: number }> {
  const { order } = options;
  const where = filtered(visibility, options.filter);
  const direction = order.direction === "asc" ? Prisma.sql`ASC NULLS LAST` : Prisma.sql`DESC NULLS LAST`;
  const rows = await tx.$queryRaw`${selectJobs} WHERE ${where}
    ORDER BY ${orders[order.sort]} ${direction}, j.id DESC
    LIMIT ${order.pageSize} OFFSET ${(order.page - 1) * order.pageSize}`;
  const counts = await tx.$queryRaw`
    SELECT count(*) AS count FROM "Job" j LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId" WHERE ${where}`;
  return { rows: jobRow.array().parse(rows), total: countOf(counts) };
}

/** Visible jobs whose id is, or begins with, this text; at most 3. */
export async function findJobViews(
  tx: Tx,
  visibility: VmVisibility,
  idPrefix: string,
): Promise<JobViewRow[]> {
  const rows = await tx.$queryRaw`${selectJobs}
    WHERE j.id::text LIKE ${`${likeText(idPrefix.toLowerCase())}%`} AND ${jobVisible(visibility)} ORDER BY j.id LIMIT 3`;
  return jobRow.array().parse(rows);
}

const stepRow = z.object({
  name: z.string(),
  ordinal: z.number(),
  state: z.enum(stepStates),
  attempt: z.number(),
  message: z.string(),
  detail: z.record(z.string(), z.unknown()),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
});

const diskRow = z.object({
  diskKey: z.string(),
  name: z.string(),
  sku: z.string(),
  state: z.enum(["waiting", "running", "done", "failed"]),
  diskBytes: z.coerce.number(),
  deltaMethod: z.string().nullable(),
  deltaReason: z.string().nullable(),
  plannedBytes: z.coerce.number(),
  readBytes: z.coerce.number(),
  changedBytes: z.coerce.number(),
  movedBytes: z.coerce.number(),
  storedBytes: z.coerce.number(),
  chunksNew: z.number(),
  chunksReused: z.number(),
  segmentsDone: z.coerce.number(),
  segmentsTotal: z.coerce.number(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
});

export interface JobDetail {
  readonly steps: z.infer<typeof stepRow>[];
  readonly disks: z.infer<typeof diskRow>[];
  /** The recovery point that the job made. */
  readonly resultPointId: string | null;
}

/** Steps, disks and result of a job whose visibility has been judged. */
export async function getJobDetail(tx: Tx, jobId: string): Promise<JobDetail> {
  const steps = await tx.jobStep.findMany({
    where: { jobId },
    orderBy: { ordinal: "asc" },
    omit: { id: true, jobId: true },
  });
  const disks = await tx.$queryRaw`
    SELECT d."diskKey", d.name, d.sku, d.state, d."diskBytes", d."deltaMethod", d."deltaReason", d."plannedBytes", d."readBytes",
      d."changedBytes", d."movedBytes", d."storedBytes", d."chunksNew", d."chunksReused", d."startedAt", d."endedAt",
      (SELECT count(*) FROM "JobSegment" s WHERE s."jobDiskId" = d.id AND s.state = 'done') AS "segmentsDone",
      (SELECT count(*) FROM "JobSegment" s WHERE s."jobDiskId" = d.id) AS "segmentsTotal"
    FROM "JobDisk" d WHERE d."jobId" = ${jobId}::uuid ORDER BY d."diskKey" <> 'os', length(d."diskKey"), d."diskKey"`;
  const point = await tx.recoveryPoint.findUnique({ where: { jobId }, select: { id: true } });
  return {
    steps: stepRow.array().parse(steps),
    disks: diskRow.array().parse(disks),
    resultPointId: point?.id ?? null,
  };
}
