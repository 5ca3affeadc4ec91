import {
  heldPointStates,
  openJobStates,
  type PowerState,
  type Ref,
  refView,
  type SortDirection,
  type VmSort,
  type VmStatus,
  type VmVisibility,
  vmStatuses,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { likeText } from "../text.ts";
import type { Tx } from "../tx.ts";
import {
  type ListPage,
  objectSql,
  readPage,
  readViews,
  refSql,
  type ViewSource,
  wordsSql,
} from "../view-sql.ts";
import {
  type VmCountsView,
  type VmFacetsView,
  type VmRow,
  type VmView,
  vmCountsView,
  vmFacetsView,
  vmRow,
  vmView,
} from "./view.ts";
import { vmVisibleSql } from "./visibility.ts";

/** What a VM's status depends on: the time, and the age in seconds that each policy allows the newest point. */
export interface FleetScope {
  readonly visibility: VmVisibility;
  readonly now: Date;
  readonly maxAges: readonly { readonly policyId: string; readonly seconds: number }[];
}

const diskBytes = Prisma.sql`
  (SELECT coalesce(sum((disk->>'bytes')::bigint), 0) FROM jsonb_array_elements(vm.disks) disk)`;

const vmTable = { alias: "vm", columns: Prisma.VirtualMachineScalarFieldEnum };

/** Keys that are not columns of the VM. */
const composed = {
  subscription: Prisma.sql`jsonb_build_object('id', vm."subscriptionId", 'name', coalesce(s.name, vm."subscriptionId"))`,
  connection: Prisma.sql`CASE WHEN connection.id IS NOT NULL THEN
    jsonb_build_object('id', connection.id, 'name', connection.name, 'state', connection.state) END`,
  diskCount: Prisma.sql`jsonb_array_length(vm.disks)`,
  diskBytes,
  status: Prisma.sql`shown.status`,
  policy: refSql("policy"),
  protectedSince: Prisma.sql`p.since`,
  excludedDisks: Prisma.sql`coalesce(to_jsonb(p."excludedDisks"), '[]')`,
  lastPoint: Prisma.sql`CASE WHEN point.id IS NOT NULL THEN
    jsonb_build_object('id', point.id, 'takenAt', point."takenAt", 'consistency', point."consistencyReached") END`,
  pointCount: Prisma.sql`
    (SELECT count(*) FROM "RecoveryPoint" c WHERE c."vmId" = vm.id AND c."copyOf" IS NULL AND c.state IN (${wordsSql(heldPointStates)}))`,
  softDeletedCount: Prisma.sql`
    (SELECT count(*) FROM "RecoveryPoint" c WHERE c."vmId" = vm.id AND c."copyOf" IS NULL AND c.state = 'soft-deleted')`,
  undoUntil: Prisma.sql`
    (SELECT min(c."purgeAt") FROM "RecoveryPoint" c WHERE c."vmId" = vm.id AND c."copyOf" IS NULL AND c.state = 'soft-deleted')`,
  pinnedCount: Prisma.sql`
    (SELECT count(*) FROM "RecoveryPoint" c WHERE c."vmId" = vm.id AND c."pinnedAt" IS NOT NULL
      AND c.state IN (${wordsSql(heldPointStates)}))`,
  hasHadPoints: Prisma.sql`EXISTS (SELECT 1 FROM "RecoveryPoint" h WHERE h."vmId" = vm.id)`,
  activeJob: Prisma.sql`CASE WHEN active.id IS NOT NULL THEN
    jsonb_build_object('id', active.id, 'kind', active.kind, 'state', active.state, 'stage', active.stage) END`,
  lastError: Prisma.sql`CASE WHEN ended.state = 'failed' THEN ended.error END`,
};

/**
 * All VMs with their status. The newest point and the last ended backup are index look-ups per VM. Open jobs are read once, for all VMs: while
 * many are open, a look-up per VM reads all of them each time.
 * A protected VM without any point is `waiting` until its policy's longest gap has passed since it was protected.
 */
function fleetSql({ now, maxAges }: FleetScope): Prisma.Sql {
  const ages = maxAges.map(({ policyId, seconds }) => Prisma.sql`(${policyId}::uuid, ${seconds}::float8)`);
  const maxAge =
    ages.length === 0
      ? Prisma.sql`(SELECT NULL::uuid AS policy, NULL::float8 AS seconds WHERE FALSE)`
      : Prisma.sql`(VALUES ${Prisma.join(ages)})`;
  return Prisma.sql`"VirtualMachine" vm
    LEFT JOIN "Subscription" s ON s.id = vm."subscriptionId"
    LEFT JOIN "AzureConnection" connection ON connection.id = s."connectionId"
    LEFT JOIN "Protection" p ON p."vmId" = vm.id
    LEFT JOIN "Policy" policy ON policy.id = p."policyId"
    LEFT JOIN ${maxAge} AS age(policy, seconds) ON age.policy = p."policyId"
    LEFT JOIN LATERAL (SELECT r.id, r."takenAt", r."consistencyReached" FROM "RecoveryPoint" r
      WHERE r."vmId" = vm.id AND r."copyOf" IS NULL AND r.state = 'available' ORDER BY r."takenAt" DESC LIMIT 1) point ON TRUE
    LEFT JOIN LATERAL (SELECT j.state, j.error FROM "Job" j
      WHERE j."vmId" = vm.id AND j.kind = 'backup' AND j.state IN ('succeeded', 'warning', 'failed')
      ORDER BY j."createdAt" DESC LIMIT 1) ended ON TRUE
    LEFT JOIN (SELECT DISTINCT ON (j."vmId") j."vmId", j.id, j.kind, j.state, j.stage FROM "Job" j
      WHERE j.state IN (${wordsSql(openJobStates)})
      ORDER BY j."vmId", j.kind = 'backup' DESC, j."createdAt" DESC) active ON active."vmId" = vm.id
    CROSS JOIN LATERAL (SELECT CASE WHEN vm."deletedAt" IS NOT NULL THEN 'deleted'
      WHEN p.id IS NULL THEN 'unprotected'
      WHEN p.state = 'stopped' THEN 'stopped'
      WHEN ended.state = 'failed' THEN 'failing'
      WHEN coalesce(point."takenAt", p.since) < ${now}::timestamptz - make_interval(secs => age.seconds) THEN 'at-risk'
      WHEN point.id IS NULL THEN 'waiting'
      ELSE 'protected' END AS status) shown`;
}

function rowsOf(scope: FleetScope): ViewSource<VmRow> {
  return { schema: vmRow, object: objectSql(vmRow, vmTable, composed), from: fleetSql(scope) };
}

function viewsOf(scope: FleetScope): ViewSource<VmView> {
  return { schema: vmView, object: objectSql(vmView, vmTable, composed), from: fleetSql(scope) };
}

export interface FleetFilter {
  readonly search?: string | undefined;
  /** Without it: every status but deleted. */
  readonly status?: readonly VmStatus[] | undefined;
  /** Id or name. */
  readonly policy?: string | undefined;
  readonly subscription?: string | undefined;
  readonly resourceGroup?: string | undefined;
  readonly power?: readonly PowerState[] | undefined;
  /** Only those that an exclusion keeps from assignment rules. */
  readonly excluded?: boolean | undefined;
}

export interface FleetOrder {
  readonly sort: VmSort;
  readonly direction: SortDirection;
  readonly page: number;
  readonly pageSize: number;
}

function filtered(visibility: VmVisibility, filter: FleetFilter): Prisma.Sql {
  const parts = [
    vmVisibleSql(visibility),
    filter.status === undefined || filter.status.length === 0
      ? Prisma.sql`vm."deletedAt" IS NULL`
      : Prisma.sql`shown.status IN (${Prisma.join([...filter.status])})`,
  ];
  if (filter.search) {
    const like = `%${likeText(filter.search)}%`;
    parts.push(
      Prisma.sql`(vm.name ILIKE ${like} OR vm."resourceGroup" ILIKE ${like} OR vm.tags::text ILIKE ${like})`,
    );
  }
  if (filter.policy) {
    parts.push(Prisma.sql`(policy.id::text = ${filter.policy} OR policy.name = ${filter.policy})`);
  }
  if (filter.subscription) parts.push(Prisma.sql`lower(vm."subscriptionId") = lower(${filter.subscription})`);
  if (filter.resourceGroup)
    parts.push(Prisma.sql`lower(vm."resourceGroup") = lower(${filter.resourceGroup})`);
  if (filter.excluded === true)
    parts.push(
      Prisma.sql`EXISTS (SELECT FROM "AssignmentExclusion" e WHERE e."vmId" = vm.id AND e."endedAt" IS NULL
        AND e."expiresAt" > kluis_now())`,
    );
  if (filter.power && filter.power.length > 0) {
    parts.push(Prisma.sql`vm."powerState" IN (${Prisma.join([...filter.power])})`);
  }
  return Prisma.join(parts, " AND ");
}

const orders = {
  name: Prisma.sql`lower(vm.name)`,
  status: Prisma.sql`array_position(ARRAY[${Prisma.join([...vmStatuses])}]::text[], shown.status)`,
  resourceGroup: Prisma.sql`lower(vm."resourceGroup")`,
  policy: Prisma.sql`policy.name`,
  lastPoint: Prisma.sql`point."takenAt"`,
  diskBytes,
} satisfies Record<VmSort, Prisma.Sql>;

/** What these sorts and the filters without a status read: no point and no job. */
const plainSql = Prisma.sql`"VirtualMachine" vm LEFT JOIN "Protection" p ON p."vmId" = vm.id
  LEFT JOIN "Policy" policy ON policy.id = p."policyId"`;
const plainSorts: readonly VmSort[] = ["name", "resourceGroup", "policy", "diskBytes"];

/** One page of the visible VMs, and how many pass the filter. */
export function listFleet(
  tx: Tx,
  scope: FleetScope,
  options: { readonly filter: FleetFilter; readonly order: FleetOrder },
): Promise<ListPage<VmRow>> {
  const { sort, ...order } = options.order;
  const { filter } = options;
  const isFiltered = filter.status !== undefined && filter.status.length > 0;
  return readPage(tx, rowsOf(scope), {
    ...order,
    ...(isFiltered ? {} : { counted: plainSql }),
    ...(!isFiltered && plainSorts.includes(sort) ? { from: plainSql } : {}),
    key: Prisma.sql`vm.id`,
    nullsLast: sort === "policy" || sort === "lastPoint",
    where: filtered(scope.visibility, filter),
    orderBy: orders[sort],
    thenBy: Prisma.sql`lower(vm.name), vm.id`,
  });
}

/** The ids of the visible VMs that pass the filter, by name; at most `limit`. */
export async function listFleetIds(
  tx: Tx,
  scope: FleetScope,
  { filter, limit }: { readonly filter: FleetFilter; readonly limit: number },
): Promise<string[]> {
  const isFiltered = filter.status !== undefined && filter.status.length > 0;
  const rows = await tx.$queryRaw`
    SELECT vm.id FROM ${isFiltered ? fleetSql(scope) : plainSql} WHERE ${filtered(scope.visibility, filter)}
    ORDER BY lower(vm.name), vm.id LIMIT ${limit}`;
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map(({ id }) => id);
}

/** Those of these VMs that are visible, by name. */
export async function listVisibleRefs(
  tx: Tx,
  visibility: VmVisibility,
  ids: readonly string[],
): Promise<Ref[]> {
  const rows = await tx.$queryRaw`
    SELECT vm.id, vm.name FROM "VirtualMachine" vm WHERE vm.id = ANY(${[...ids]}::uuid[]) AND ${vmVisibleSql(visibility)}
    ORDER BY lower(vm.name), vm.id`;
  return z.array(refView).parse(rows);
}

/** One VM, or null when it is not visible. */
export async function getFleetVm(tx: Tx, scope: FleetScope, vmId: string): Promise<VmView | null> {
  const where = Prisma.sql`WHERE vm.id = ${vmId}::uuid AND ${vmVisibleSql(scope.visibility)}`;
  const [row] = await readViews(tx, viewsOf(scope), where);
  return row ?? null;
}

/** The number of visible VMs by status. */
export async function countFleet(tx: Tx, scope: FleetScope): Promise<VmCountsView> {
  const rows = z.array(z.object({ status: z.enum(vmStatuses), count: z.bigint() })).parse(
    await tx.$queryRaw`SELECT shown.status, count(*) AS count FROM ${fleetSql(scope)}
      WHERE ${vmVisibleSql(scope.visibility)} GROUP BY shown.status`,
  );
  const counts = new Map(rows.map(({ status, count }) => [status, count]));
  return vmCountsView.parse(
    Object.fromEntries(vmStatuses.map((status) => [status, counts.get(status) ?? 0])),
  );
}

/** Subscriptions, resource groups and policies that occur among the visible VMs, by name. */
export async function fleetFacets(tx: Tx, visibility: VmVisibility): Promise<VmFacetsView> {
  const visible = vmVisibleSql(visibility);
  const rows = await tx.$queryRaw`
    WITH vm AS (SELECT * FROM "VirtualMachine" vm WHERE ${visible})
    SELECT
      (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.name), '[]') FROM (SELECT DISTINCT vm."subscriptionId" AS id,
        coalesce(s.name, vm."subscriptionId") AS name FROM vm LEFT JOIN "Subscription" s ON s.id = vm."subscriptionId") one)
        AS subscriptions,
      (SELECT coalesce(jsonb_agg(one.name ORDER BY one.name), '[]')
        FROM (SELECT DISTINCT lower(vm."resourceGroup") AS name FROM vm) one) AS "resourceGroups",
      (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.name), '[]') FROM (SELECT DISTINCT policy.id, policy.name
        FROM vm JOIN "Protection" p ON p."vmId" = vm.id JOIN "Policy" policy ON policy.id = p."policyId") one) AS policies`;
  return z.tuple([vmFacetsView]).parse(rows)[0];
}
