/** Requests for a second person, as pages and the command line read them. */
import { type ApprovalKind, type ApprovalState, refView, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import {
  countOf,
  idBeginsSql,
  type ListPage,
  objectSql,
  type PageOrder,
  readPage,
  readViews,
  type ViewSource,
} from "../view-sql.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import {
  type ApprovalReach,
  type ApprovalSight,
  approvalDecidableSql,
  approvalOpenSql,
  approvalSeenSql,
} from "./sight.ts";
import { type ApprovalRow, approvalRow } from "./view.ts";

const table = { alias: "a", columns: Prisma.ApprovalRequestScalarFieldEnum };
const from = Prisma.sql`"ApprovalRequest" a`;
/** VMs that a row names. */
const NAMED = 3;

const stateSql = Prisma.sql`CASE WHEN a.state = 'pending' AND a."expiresAt" <= kluis_now() THEN 'expired' ELSE a.state END`;

function source(sight: ApprovalSight): ViewSource<ApprovalRow> {
  const visible = vmVisibleSql(sight.visibility);
  const items = Prisma.sql`(SELECT DISTINCT vm.id, vm.name, lower(vm.name) AS low FROM "ApprovalItem" item
    JOIN "VirtualMachine" vm ON vm.id = item."vmId" WHERE item."requestId" = a.id AND ${visible})`;
  const composed = {
    state: stateSql,
    target: Prisma.sql`CASE WHEN a."policyId" IS NOT NULL OR a.changes IS NOT NULL THEN a.target END`,
    vms: Prisma.sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('id', first.id, 'name', first.name) ORDER BY first.low, first.id), '[]')
      FROM (SELECT * FROM ${items} seen ORDER BY seen.low, seen.id LIMIT ${NAMED}) first)`,
    vmCount: Prisma.sql`(SELECT count(*) FROM ${items} seen)`,
    seesAll: Prisma.sql`NOT EXISTS (SELECT FROM "ApprovalItem" item JOIN "VirtualMachine" vm ON vm.id = item."vmId"
      WHERE item."requestId" = a.id AND NOT ${visible})`,
  };
  return { schema: approvalRow, object: objectSql(approvalRow, table, composed), from };
}

export interface ApprovalFilter {
  readonly state?: readonly ApprovalState[] | undefined;
  readonly kind?: readonly ApprovalKind[] | undefined;
  readonly vmId?: string | undefined;
  readonly pointId?: string | undefined;
  readonly policyId?: string | undefined;
  /** Only those of this person. */
  readonly requesterId?: string | undefined;
  /** Only those that the user may decide. */
  readonly decidable?: ApprovalReach | undefined;
}

function filtered(sight: ApprovalSight, filter: ApprovalFilter): Prisma.Sql {
  const { state, kind, vmId, pointId, policyId, requesterId, decidable } = filter;
  const parts = [approvalSeenSql(sight)];
  if (state?.length === 1 && state[0] === "pending") parts.push(approvalOpenSql);
  else if (state?.length) parts.push(Prisma.sql`${stateSql} IN (${Prisma.join([...state])})`);
  if (kind?.length) parts.push(Prisma.sql`a.kind IN (${Prisma.join([...kind])})`);
  // What takes every point of a VM takes this one.
  if (pointId) {
    parts.push(Prisma.sql`EXISTS (SELECT FROM "ApprovalItem" item WHERE item."requestId" = a.id AND (item."pointId" = ${pointId}::uuid
      OR (item."pointId" IS NULL AND a.kind = 'protection.stop'
        AND item."vmId" = (SELECT r."vmId" FROM "RecoveryPoint" r WHERE r.id = ${pointId}::uuid))))`);
  }
  if (vmId) {
    parts.push(
      Prisma.sql`a.id IN (SELECT item."requestId" FROM "ApprovalItem" item WHERE item."vmId" = ${vmId}::uuid)`,
    );
  }
  if (policyId) parts.push(Prisma.sql`a."policyId" = ${policyId}::uuid`);
  if (requesterId) parts.push(Prisma.sql`a."requesterId" = ${requesterId}::uuid`);
  if (decidable) parts.push(approvalDecidableSql(decidable));
  return Prisma.join(parts, " AND ");
}

/** One page of the visible requests that pass the filter, the newest first, and how many there are. */
export function listApprovalViews(
  tx: Tx,
  sight: ApprovalSight,
  {
    filter,
    order,
  }: { readonly filter: ApprovalFilter; readonly order: Omit<PageOrder<never>, "sort" | "direction"> },
): Promise<ListPage<ApprovalRow>> {
  return readPage(tx, source(sight), {
    ...order,
    direction: "desc",
    key: Prisma.sql`a.id`,
    where: filtered(sight, filter),
    orderBy: Prisma.sql`a."createdAt"`,
    thenBy: Prisma.sql`a.id DESC`,
  });
}

/** Visible requests whose id begins with this text; at most 3. */
export function findApprovalViews(tx: Tx, sight: ApprovalSight, idPrefix: string): Promise<ApprovalRow[]> {
  const begins = idBeginsSql(Prisma.sql`a.id`, idPrefix);
  return readViews(
    tx,
    source(sight),
    Prisma.sql`WHERE ${begins} AND ${approvalSeenSql(sight)} ORDER BY a.id LIMIT 3`,
  );
}

/** Counting stops here: a badge that says "99+" needs no more. */
const COUNTED = 100;

const waiting = z.tuple([z.object({ count: z.coerce.number(), soonest: z.date().nullable() })]);

/** Requests that the user may decide, up to 100 that expire first, and when the first one does. */
export async function countDecidable(
  tx: Tx,
  reach: ApprovalReach,
): Promise<{ readonly count: number; readonly soonest: Date | null }> {
  const rows = await tx.$queryRaw`
    SELECT count(*) AS count, min(waiting."expiresAt") AS soonest FROM (
      SELECT a."expiresAt" FROM ${from} WHERE ${approvalDecidableSql(reach)} ORDER BY a."expiresAt", a.id LIMIT ${COUNTED}) waiting`;
  return waiting.parse(rows)[0];
}

const outcome = z.tuple([z.object({ ended: z.coerce.number(), permits: z.coerce.number() })]);

/** Requests of the user that others, or time, ended in the last day; and approved changes that they can make and have not. */
export async function countOutcomes(
  tx: Tx,
  personId: string,
): Promise<{ readonly ended: number; readonly permits: number }> {
  const rows = await tx.$queryRaw`
    SELECT count(*) FILTER (WHERE a.state <> 'withdrawn' AND a."endedAt" > kluis_now() - interval '1 day') AS ended,
      count(*) FILTER (WHERE a."permitUntil" > kluis_now() AND a."permitUsedAt" IS NULL) AS permits
    FROM ${from} WHERE a."requesterId" = ${personId}::uuid AND a.state <> 'pending'
      AND a."endedAt" > kluis_now() - interval '2 days'`;
  return outcome.parse(rows)[0];
}

/** Open requests that the user made. */
export async function countOwnOpen(tx: Tx, personId: string): Promise<number> {
  return countOf(
    await tx.$queryRaw`SELECT count(*) AS count FROM ${from} WHERE a."requesterId" = ${personId}::uuid AND ${approvalOpenSql}`,
  );
}

/** Those of these requests that the user may decide. */
export async function listDecidable(
  tx: Tx,
  reach: ApprovalReach,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.$queryRaw`
    SELECT a.id FROM ${from} WHERE a.id = ANY(${[...ids]}::uuid[]) AND ${approvalDecidableSql(reach)}`;
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
}

/** Points that a page of a request lists. */
const LISTED = 50;

const listedPoint = z.object({ id: z.string(), vm: refView, takenAt: z.date() });

/** The visible points that a request names, the newest first. */
export async function listApprovalPoints(
  tx: Tx,
  { requestId, visibility }: { readonly requestId: string; readonly visibility: VmVisibility },
): Promise<z.infer<typeof listedPoint>[]> {
  const rows = await tx.$queryRaw`
    SELECT r.id, jsonb_build_object('id', vm.id, 'name', vm.name) AS vm, r."takenAt" FROM "ApprovalItem" item
    JOIN "RecoveryPoint" r ON r.id = item."pointId" JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    WHERE item."requestId" = ${requestId}::uuid AND ${vmVisibleSql(visibility)} ORDER BY r."takenAt" DESC, r.id LIMIT ${LISTED}`;
  return z.array(listedPoint).parse(rows);
}
