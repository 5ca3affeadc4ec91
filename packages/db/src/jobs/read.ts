/** Jobs as pages and the command line read them: lists, look-ups by id, one job in full. */
import { type JobSort, openJobStates, type VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import { resourceView } from "../azure-resources/view.ts";
import { likeText } from "../text.ts";
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
  wordsSql,
} from "../view-sql.ts";
import { vmNamedSql } from "../vms/search.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import {
  type JobDetail,
  type JobRow,
  jobCapture,
  jobDetail,
  jobDisk,
  jobProgress,
  jobRow,
  jobStep,
} from "./view.ts";

const jobTable = { alias: "j", columns: Prisma.JobScalarFieldEnum };
const diskTable = { alias: "d", columns: Prisma.JobDiskScalarFieldEnum };

function sumOf(column: string): Prisma.Sql {
  return Prisma.sql`coalesce(sum(${Prisma.raw(`d."${column}"`)}), 0)`;
}

/** More may be read than was planned, so what is done never exceeds the plan. */
const progress = Prisma.sql`(SELECT ${objectSql(
  jobProgress,
  { alias: "d", columns: {} },
  {
    plannedBytes: sumOf("plannedBytes"),
    doneBytes: Prisma.sql`least(${sumOf("readBytes")}, ${sumOf("plannedBytes")})`,
    readBytes: sumOf("readBytes"),
    changedBytes: sumOf("changedBytes"),
    movedBytes: sumOf("movedBytes"),
    storedBytes: sumOf("storedBytes"),
    logicalBytes: sumOf("diskBytes"),
  },
)} FROM "JobDisk" d WHERE d."jobId" = j.id)`;

const jobOfVm = Prisma.sql`"Job" j LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"`;

const jobs: ViewSource<JobRow> = {
  schema: jobRow,
  object: objectSql(jobRow, jobTable, {
    vm: refSql("vm"),
    policy: policyVersionSql,
    warnings: Prisma.sql`jsonb_array_length(j.warnings)`,
    progress,
  }),
  from: Prisma.sql`${jobOfVm}
    LEFT JOIN "PolicyVersion" version ON version.id = j."policyVersionId"
    LEFT JOIN "Policy" policy ON policy.id = version."policyId"`,
};

/** The VM must be visible. A job without a VM is visible only to those who see every VM. */
function jobVisible(visibility: VmVisibility): Prisma.Sql {
  return visibility.all
    ? Prisma.sql`TRUE`
    : Prisma.sql`(j."vmId" IS NOT NULL AND ${vmVisibleSql(visibility)})`;
}

export interface JobFilter {
  readonly search?: string | undefined;
  readonly vmId?: string | undefined;
  readonly kind?: readonly string[] | undefined;
  readonly state?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Jobs that have not ended, and those that ended from this moment on. */
  readonly activeOrEndedSince?: Date | undefined;
  /** Only these jobs; none when the list is empty. */
  readonly ids?: readonly string[] | undefined;
}

async function filtered(tx: Tx, visibility: VmVisibility, filter: JobFilter): Promise<Prisma.Sql> {
  const parts = [jobVisible(visibility)];
  if (filter.search) {
    const named = await vmNamedSql(tx, Prisma.sql`j."vmId"`, filter.search);
    const begins = idBeginsSql(Prisma.sql`j.id`, filter.search);
    const like = `%${likeText(filter.search)}%`;
    parts.push(
      Prisma.sql`(${named} OR ${begins} OR (j.state IN ('failed', 'running') AND j.error->>'message' ILIKE ${like}))`,
    );
  }
  if (filter.vmId) parts.push(Prisma.sql`j."vmId" = ${filter.vmId}::uuid`);
  if (filter.kind?.length) parts.push(Prisma.sql`j.kind IN (${Prisma.join([...filter.kind])})`);
  if (filter.state?.length) parts.push(Prisma.sql`j.state IN (${Prisma.join([...filter.state])})`);
  if (filter.from) parts.push(Prisma.sql`j."createdAt" >= ${filter.from}`);
  if (filter.to) parts.push(Prisma.sql`j."createdAt" < ${filter.to}`);
  if (filter.activeOrEndedSince) {
    parts.push(
      Prisma.sql`(j.state IN (${wordsSql(openJobStates)}) OR j."endedAt" >= ${filter.activeOrEndedSince})`,
    );
  }
  if (filter.ids) parts.push(Prisma.sql`j.id = ANY(${[...filter.ids]}::uuid[])`);
  return Prisma.join(parts, " AND ");
}

const orders = {
  createdAt: Prisma.sql`j."createdAt"`,
  endedAt: Prisma.sql`j."endedAt"`,
  vm: Prisma.sql`lower(vm.name)`,
} satisfies Record<JobSort, Prisma.Sql>;

/** One page of the visible jobs that pass the filter, and how many there are. */
export async function listJobViews(
  tx: Tx,
  visibility: VmVisibility,
  options: { readonly filter: JobFilter; readonly order: PageOrder<JobSort> },
): Promise<ListPage<JobRow>> {
  const { sort, ...order } = options.order;
  return readPage(tx, jobs, {
    ...order,
    key: Prisma.sql`j.id`,
    from: jobOfVm,
    where: await filtered(tx, visibility, options.filter),
    orderBy: orders[sort],
    thenBy: Prisma.sql`j.id DESC`,
  });
}

/**
 * Visible jobs whose id begins with this text; at most 3, which is enough to tell that it is
 * ambiguous.
 */
export function findJobViews(tx: Tx, visibility: VmVisibility, idPrefix: string): Promise<JobRow[]> {
  const begins = idBeginsSql(Prisma.sql`j.id`, idPrefix);
  return readViews(tx, jobs, Prisma.sql`WHERE ${begins} AND ${jobVisible(visibility)} ORDER BY j.id LIMIT 3`);
}

const memory = (path: string): Prisma.Sql => Prisma.raw(`j.memory#>'{${path}}'`);

/** The reason of the snapshot wins, also when it is null: the level was reached after all. */
const capture = Prisma.sql`CASE WHEN ${memory("consistency")} IS NOT NULL THEN ${objectSql(
  jobCapture,
  { alias: "j", columns: {} },
  {
    wanted: memory("consistency,wanted"),
    reached: memory("snapshot,reached"),
    reason: Prisma.sql`coalesce(${memory("snapshot,reason")}, ${memory("consistency,reason")})`,
    notice: Prisma.sql`coalesce(${memory("snapshot,notice")}, ${memory("consistency,notice")})`,
    capturedNotice: memory("consistency,captured"),
    request: memory("consistency,request"),
    attempts: Prisma.sql`coalesce(${memory("attempts")}, '[]')`,
    startedAt: memory("snapshotStartedAt"),
    endedAt: memory("snapshot,endedAt"),
  },
)} END`;

const details: ViewSource<JobDetail> = {
  schema: jobDetail,
  object: objectSql(jobDetail, jobTable, {
    steps: Prisma.sql`(SELECT coalesce(jsonb_agg(${objectSql(
      jobStep,
      { alias: "s", columns: Prisma.JobStepScalarFieldEnum },
      {},
    )} ORDER BY s.ordinal), '[]') FROM "JobStep" s WHERE s."jobId" = j.id)`,
    disks: Prisma.sql`(SELECT coalesce(jsonb_agg(${objectSql(jobDisk, diskTable, {
      key: Prisma.sql`d."diskKey"`,
      segments: Prisma.sql`(SELECT jsonb_build_object('done', count(*) FILTER (WHERE s.state = 'done'), 'total', count(*))
        FROM "JobSegment" s WHERE s."jobDiskId" = d.id)`,
    })} ORDER BY ${diskOrderSql("d")}), '[]') FROM "JobDisk" d WHERE d."jobId" = j.id)`,
    capture,
    resources: Prisma.sql`(SELECT coalesce(jsonb_agg(${objectSql(
      resourceView,
      { alias: "a", columns: Prisma.AzureResourceScalarFieldEnum },
      { delivered: Prisma.sql`a.detail @> '{"delivered": true}'` },
    )} ORDER BY a."createdAt", a."resourceId"), '[]') FROM "AzureResource" a
      WHERE a."jobId" = j.id AND (a.state <> 'removed' OR a.kind IN ('restore-point', 'snapshot', 'disk')))`,
    warningList: Prisma.sql`j.warnings`,
    resultPointId: Prisma.sql`(SELECT r.id FROM "RecoveryPoint" r WHERE r."jobId" = j.id)`,
  }),
  from: Prisma.sql`"Job" j`,
};

/** Steps, disks, warnings and result of a job that the caller has found to be visible. */
export function getJobDetail(tx: Tx, jobId: string): Promise<JobDetail> {
  return readView(tx, details, Prisma.sql`WHERE j.id = ${jobId}::uuid`);
}
