import {
  agentStates,
  consistencySchema,
  jobStates,
  osTypes,
  powerStates,
  type VmVisibility,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { likeText } from "../text.ts";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "./visibility.ts";

/** What reading the fleet needs: who looks, when, and how old each policy lets the newest point become (in seconds). */
export interface FleetLook {
  readonly visibility: VmVisibility;
  readonly now: Date;
  readonly maxAges: readonly { readonly policyId: string; readonly seconds: number }[];
}

export const fleetStatuses = [
  "failing",
  "at-risk",
  "unprotected",
  "waiting",
  "protected",
  "stopped",
  "deleted",
] as const;
export type FleetStatus = (typeof fleetStatuses)[number];

const fleetRow = z.object({
  id: z.string(),
  name: z.string(),
  resourceId: z.string(),
  azureVmId: z.string(),
  subscriptionId: z.string(),
  subscriptionName: z.string().nullable(),
  resourceGroup: z.string(),
  location: z.string(),
  osType: z.enum(osTypes),
  size: z.string(),
  powerState: z.enum(powerStates).catch("unknown"),
  agentState: z.enum(agentStates).catch("unknown"),
  tags: z.record(z.string(), z.string()),
  diskCount: z.coerce.number(),
  diskBytes: z.coerce.number(),
  firstSeenAt: z.date(),
  lastSeenAt: z.date(),
  deletedAt: z.date().nullable(),
  policyId: z.string().nullable(),
  policyName: z.string().nullable(),
  protectedSince: z.date().nullable(),
  pointId: z.string().nullable(),
  pointTakenAt: z.date().nullable(),
  pointConsistency: consistencySchema.nullable(),
  pointCount: z.coerce.number(),
  activeJobId: z.string().nullable(),
  activeJobKind: z.string().nullable(),
  activeJobState: z.enum(jobStates).nullable(),
  activeJobStage: z.string().nullable(),
  lastError: z.object({ message: z.string() }).nullable().catch(null),
  status: z.enum(fleetStatuses),
});
export type FleetRow = z.infer<typeof fleetRow>;

/**
 * Every visible VM with how it stands. The newest point, the last ended backup and the active job are index look-ups per VM.
 * A protected VM without any point is `waiting` until its policy's longest gap has passed since it was protected.
 */
function fleet(look: FleetLook): Prisma.Sql {
  const ages = look.maxAges.map(
    ({ policyId, seconds }) => Prisma.sql`(${policyId}::uuid, ${seconds}::float8)`,
  );
  const maxAge =
    ages.length === 0
      ? Prisma.sql`(SELECT NULL::uuid AS policy, NULL::float8 AS seconds WHERE FALSE)`
      : Prisma.sql`(VALUES ${Prisma.join(ages)})`;
  return Prisma.sql`
    SELECT vm.id::text, vm.name, vm."resourceId", vm."azureVmId", vm."subscriptionId", s.name AS "subscriptionName",
      vm."resourceGroup", vm.location, vm."osType", vm.size, vm."powerState", vm."agentState", vm.tags,
      jsonb_array_length(vm.disks) AS "diskCount",
      (SELECT coalesce(sum((disk->>'bytes')::bigint), 0) FROM jsonb_array_elements(vm.disks) disk) AS "diskBytes",
      vm."firstSeenAt", vm."lastSeenAt", vm."deletedAt",
      policy.id::text AS "policyId", policy.name AS "policyName", p.since AS "protectedSince",
      point.id::text AS "pointId", point."takenAt" AS "pointTakenAt", point."consistencyReached" AS "pointConsistency",
      (SELECT count(*) FROM "RecoveryPoint" c WHERE c."vmId" = vm.id AND c.state IN ('available', 'damaged')) AS "pointCount",
      active.id::text AS "activeJobId", active.kind AS "activeJobKind", active.state AS "activeJobState",
      active.stage AS "activeJobStage", ended.error AS "lastError",
      CASE WHEN vm."deletedAt" IS NOT NULL THEN 'deleted'
        WHEN p.id IS NULL THEN 'unprotected'
        WHEN p.state = 'stopped' THEN 'stopped'
        WHEN ended.state = 'failed' THEN 'failing'
        WHEN coalesce(point."takenAt", p.since) < ${look.now}::timestamptz - make_interval(secs => age.seconds) THEN 'at-risk'
        WHEN point.id IS NULL THEN 'waiting'
        ELSE 'protected' END AS status
    FROM "VirtualMachine" vm
    LEFT JOIN "Subscription" s ON s.id = vm."subscriptionId"
    LEFT JOIN "Protection" p ON p."vmId" = vm.id
    LEFT JOIN "Policy" policy ON policy.id = p."policyId"
    LEFT JOIN ${maxAge} AS age(policy, seconds) ON age.policy = p."policyId"
    LEFT JOIN LATERAL (SELECT r.id, r."takenAt", r."consistencyReached" FROM "RecoveryPoint" r
      WHERE r."vmId" = vm.id AND r.state = 'available' ORDER BY r."takenAt" DESC LIMIT 1) point ON TRUE
    LEFT JOIN LATERAL (SELECT j.state, j.error FROM "Job" j
      WHERE j."vmId" = vm.id AND j.kind = 'backup' AND j.state IN ('succeeded', 'warning', 'failed')
      ORDER BY j."createdAt" DESC LIMIT 1) ended ON TRUE
    LEFT JOIN LATERAL (SELECT j.id, j.kind, j.state, j.stage FROM "Job" j
      WHERE j."vmId" = vm.id AND j.state IN ('queued', 'running')
      ORDER BY j.kind = 'backup' DESC, j."createdAt" DESC LIMIT 1) active ON TRUE
    WHERE ${vmVisibleSql(look.visibility)}`;
}

export interface FleetFilter {
  readonly search?: string | undefined;
  readonly status?: readonly FleetStatus[] | undefined;
  /** Id or name. */
  readonly policy?: string | undefined;
  readonly subscription?: string | undefined;
  readonly resourceGroup?: string | undefined;
  readonly power?: readonly string[] | undefined;
}

export interface FleetOrder {
  readonly sort: "name" | "status" | "resourceGroup" | "policy" | "lastPoint" | "diskBytes";
  readonly direction: "asc" | "desc";
  readonly page: number;
  readonly pageSize: number;
}

/** VMs that are gone from Azure are left out unless the filter asks for them. */
function filtered(filter: FleetFilter): Prisma.Sql {
  const parts = [
    filter.status === undefined || filter.status.length === 0
      ? Prisma.sql`status <> 'deleted'`
      : Prisma.sql`status IN (${Prisma.join([...filter.status])})`,
  ];
  if (filter.search) {
    const like = `%${likeText(filter.search)}%`;
    parts.push(Prisma.sql`(name ILIKE ${like} OR "resourceGroup" ILIKE ${like} OR tags::text ILIKE ${like})`);
  }
  if (filter.policy)
    parts.push(Prisma.sql`("policyId" = ${filter.policy} OR "policyName" = ${filter.policy})`);
  if (filter.subscription) parts.push(Prisma.sql`lower("subscriptionId") = lower(${filter.subscription})`);
  if (filter.resourceGroup) parts.push(Prisma.sql`lower("resourceGroup") = lower(${filter.resourceGroup})`);
  if (filter.power && filter.power.length > 0) {
    parts.push(Prisma.sql`"powerState" IN (${Prisma.join([...filter.power])})`);
  }
  return Prisma.join(parts, " AND ");
}

const orders = {
  name: Prisma.sql`lower(name)`,
  status: Prisma.sql`array_position(ARRAY['failing','at-risk','unprotected','waiting','protected','stopped','deleted'], status)`,
  resourceGroup: Prisma.sql`lower("resourceGroup")`,
  policy: Prisma.sql`"policyName"`,
  lastPoint: Prisma.sql`"pointTakenAt"`,
  diskBytes: Prisma.sql`"diskBytes"`,
} satisfies Record<FleetOrder["sort"], Prisma.Sql>;

/** One page of the fleet, and how many VMs the filter lets through. */
export async function listFleet(
  tx: Tx,
  look: FleetLook,
  options: { readonly filter: FleetFilter; readonly order: FleetOrder },
): Promise<{ rows: FleetRow[]; total: number }> {
  const { filter, order } = options;
  const direction = order.direction === "asc" ? Prisma.sql`ASC NULLS LAST` : Prisma.sql`DESC NULLS LAST`;
  const rows = await tx.$queryRaw`
    WITH fleet AS (${fleet(look)}) SELECT * FROM fleet WHERE ${filtered(filter)}
    ORDER BY ${orders[order.sort]} ${direction}, lower(name), id
    LIMIT ${order.pageSize} OFFSET ${(order.page - 1) * order.pageSize}`;
  const counts = await tx.$queryRaw`
    WITH fleet AS (${fleet(look)}) SELECT count(*) AS count FROM fleet WHERE ${filtered(filter)}`;
  return { rows: fleetRow.array().parse(rows), total: countOf(counts) };
}

/** One VM of the fleet, or null when it may not be seen. */
export async function getFleetVm(tx: Tx, look: FleetLook, vmId: string): Promise<FleetRow | null> {
  const rows = await tx.$queryRaw`${fleet(look)} AND vm.id = ${vmId}::uuid`;
  return fleetRow.array().parse(rows)[0] ?? null;
}

/** How many visible VMs stand how. */
export async function countFleet(tx: Tx, look: FleetLook): Promise<Record<FleetStatus, number>> {
  const rows = z
    .array(z.object({ status: z.enum(fleetStatuses), count: z.coerce.number() }))
    .parse(
      await tx.$queryRaw`WITH fleet AS (${fleet(look)}) SELECT status, count(*) AS count FROM fleet GROUP BY status`,
    );
  const counts = Object.fromEntries(rows.map((row) => [row.status, row.count]));
  return {
    failing: counts["failing"] ?? 0,
    "at-risk": counts["at-risk"] ?? 0,
    unprotected: counts["unprotected"] ?? 0,
    waiting: counts["waiting"] ?? 0,
    protected: counts["protected"] ?? 0,
    stopped: counts["stopped"] ?? 0,
    deleted: counts["deleted"] ?? 0,
  };
}

const facetRow = z.object({ kind: z.string(), id: z.string(), name: z.string() });

/** Subscriptions, resource groups and policies that occur among the visible VMs. */
export async function fleetFacets(tx: Tx, visibility: VmVisibility): Promise<z.infer<typeof facetRow>[]> {
  const visible = vmVisibleSql(visibility);
  return facetRow.array().parse(
    await tx.$queryRaw`
      SELECT DISTINCT 'subscription' AS kind, vm."subscriptionId" AS id, coalesce(s.name, vm."subscriptionId") AS name
        FROM "VirtualMachine" vm LEFT JOIN "Subscription" s ON s.id = vm."subscriptionId" WHERE ${visible}
      UNION SELECT DISTINCT 'resource-group', lower(vm."resourceGroup"), lower(vm."resourceGroup") FROM "VirtualMachine" vm WHERE ${visible}
      UNION SELECT DISTINCT 'policy', policy.id::text, policy.name FROM "VirtualMachine" vm
        JOIN "Protection" p ON p."vmId" = vm.id JOIN "Policy" policy ON policy.id = p."policyId" WHERE ${visible}
      ORDER BY kind, name`,
  );
}

/** The figure of a `SELECT count(*) AS count`. */
export function countOf(rows: unknown): number {
  return z.tuple([z.object({ count: z.coerce.number() })]).parse(rows)[0].count;
}
