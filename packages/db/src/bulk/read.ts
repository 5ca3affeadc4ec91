/** Bulk actions as pages and the command line read them. */
import { type BulkItemState, type BulkState, bulkItemStates, type VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import {
  countUpTo,
  idBeginsSql,
  type ListPage,
  objectSql,
  readPage,
  readViews,
  refSql,
  type ViewSource,
} from "../view-sql.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { type BulkItemRow, type BulkRow, bulkItemRow, bulkRow } from "./view.ts";

/** What decides whether a user sees a bulk action, and which of its VMs. */
export interface BulkSight {
  /** Whose own bulk actions are seen too; null: no one's. */
  readonly personId: string | null;
  readonly visibility: VmVisibility;
}

const table = { alias: "b", columns: Prisma.BulkActionScalarFieldEnum };
const from = Prisma.sql`"BulkAction" b LEFT JOIN "Policy" policy ON policy.id = b."policyId"`;

const stateSql = Prisma.sql`CASE WHEN b."endedAt" IS NULL THEN 'running' WHEN b."cancelledAt" IS NOT NULL THEN 'cancelled' ELSE 'ended' END`;

/** Items of the bulk action `b` whose VM the user sees. */
function seenItems(visibility: VmVisibility): Prisma.Sql {
  if (visibility.all) return Prisma.sql`"BulkActionItem" item WHERE item."bulkId" = b.id`;
  return Prisma.sql`"BulkActionItem" item JOIN "VirtualMachine" vm ON vm.id = item."vmId"
    WHERE item."bulkId" = b.id AND ${vmVisibleSql(visibility)}`;
}

function source({ visibility }: BulkSight): ViewSource<BulkRow> {
  const pairs = bulkItemStates.map(
    (state) => Prisma.sql`${state}::text, count(*) FILTER (WHERE item.state = ${state}::text)`,
  );
  const composed = {
    state: stateSql,
    policy: refSql("policy"),
    counts: Prisma.sql`(SELECT jsonb_build_object(${Prisma.join(pairs)}) FROM ${seenItems(visibility)})`,
  };
  return { schema: bulkRow, object: objectSql(bulkRow, table, composed), from };
}

/** One's own, and those with a VM that one sees. */
function seenSql({ personId, visibility }: BulkSight): Prisma.Sql {
  if (visibility.all) return Prisma.sql`TRUE`;
  const own = personId === null ? Prisma.sql`FALSE` : Prisma.sql`b."starterId" = ${personId}::uuid`;
  return Prisma.sql`(${own} OR EXISTS (SELECT FROM ${seenItems(visibility)}))`;
}

export interface BulkFilter {
  readonly state?: readonly BulkState[] | undefined;
  /** Only those of this user. */
  readonly starterId?: string | undefined;
}

/** One page of the bulk actions that the user sees, the newest first. */
export function listBulkViews(
  tx: Tx,
  sight: BulkSight,
  {
    filter,
    order,
  }: { readonly filter: BulkFilter; readonly order: { readonly page: number; readonly pageSize: number } },
): Promise<ListPage<BulkRow>> {
  const parts = [seenSql(sight)];
  if (filter.state?.length) parts.push(Prisma.sql`${stateSql} IN (${Prisma.join([...filter.state])})`);
  if (filter.starterId) parts.push(Prisma.sql`b."starterId" = ${filter.starterId}::uuid`);
  return readPage(tx, source(sight), {
    ...order,
    direction: "desc",
    key: Prisma.sql`b.id`,
    where: Prisma.join(parts, " AND "),
    orderBy: Prisma.sql`b."createdAt"`,
    thenBy: Prisma.sql`b.id DESC`,
  });
}

/** Bulk actions that the user sees and whose id begins with this text; at most 3. */
export function findBulkViews(tx: Tx, sight: BulkSight, idPrefix: string): Promise<BulkRow[]> {
  const begins = idBeginsSql(Prisma.sql`b.id`, idPrefix);
  return readViews(
    tx,
    source(sight),
    Prisma.sql`WHERE ${begins} AND ${seenSql(sight)} ORDER BY b.id LIMIT 3`,
  );
}

/** One page of the items whose VM the user sees, in the order in which they are done. */
export async function listBulkItems(
  tx: Tx,
  { bulkId, visibility }: { readonly bulkId: string; readonly visibility: VmVisibility },
  {
    state,
    page,
    pageSize,
  }: {
    readonly state: readonly BulkItemState[] | undefined;
    readonly page: number;
    readonly pageSize: number;
  },
): Promise<ListPage<BulkItemRow>> {
  const parts = [Prisma.sql`item."bulkId" = ${bulkId}::uuid`, vmVisibleSql(visibility)];
  if (state?.length) parts.push(Prisma.sql`item.state IN (${Prisma.join([...state])})`);
  const where = Prisma.join(parts, " AND ");
  const items = Prisma.sql`"BulkActionItem" item JOIN "VirtualMachine" vm ON vm.id = item."vmId"`;
  const columns = { alias: "item", columns: Prisma.BulkActionItemScalarFieldEnum };
  const rows = await readViews(
    tx,
    { schema: bulkItemRow, object: objectSql(bulkItemRow, columns, { vm: refSql("vm") }), from: items },
    Prisma.sql`WHERE ${where} ORDER BY item.ordinal LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`,
  );
  return { rows, ...(await countUpTo(tx, Prisma.sql`${items} WHERE ${where}`)) };
}
