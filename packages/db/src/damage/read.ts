/** Damage as pages and the command line read it. */
import { WHOLE_OBJECT } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import {
  diskOrderSql,
  type ListPage,
  objectSql,
  readPage,
  readView,
  type SqlTable,
  type ViewSource,
} from "../view-sql.ts";
import {
  type DamageRow,
  type DamageTotals,
  damagedDisk,
  damageRow,
  damageTotals,
  type PointDamageView,
  pointDamage,
} from "./view.ts";

const table = { alias: "d", columns: Prisma.VaultDamageScalarFieldEnum };
const noTable: SqlTable<never> = { alias: "", columns: {} };

const kind = Prisma.sql`CASE WHEN d.object LIKE 'packs/%' THEN 'chunks' WHEN d.object LIKE 'nodes/%' THEN 'nodes' ELSE 'manifest' END`;
const composed = {
  kind,
  offset: Prisma.sql`nullif(d."offset", ${WHOLE_OBJECT}::int)`,
  points: Prisma.sql`CASE WHEN d."healedAt" IS NULL THEN (SELECT count(*) FROM "VaultDamagePoint" l WHERE l."damageId" = d.id)
    ELSE coalesce(d."healedPoints", 0) END`,
  // Until the search has closed it, this is only who would have healed it.
  healedBy: Prisma.sql`CASE WHEN d."healedAt" IS NOT NULL THEN d."healedBy" END`,
  searched: Prisma.sql`(d."packId" IS NULL OR d."healedAt" IS NOT NULL OR d."reachedAt" IS NOT NULL OR d.reason = 'table')`,
};

const damage: ViewSource<DamageRow> = {
  schema: damageRow,
  object: objectSql(damageRow, table, composed),
  from: Prisma.sql`"VaultDamage" d`,
};

export interface DamageFilter {
  readonly vaultId: string;
  /** True: only healed; false: only what is not healed. */
  readonly healed: boolean;
}

/** A page of a vault's damage, newest first: by when it was found, or by when it was healed. */
export function listDamage(
  tx: Tx,
  { vaultId, healed }: DamageFilter,
  order: { readonly page: number; readonly pageSize: number },
): Promise<ListPage<DamageRow>> {
  const is = healed ? Prisma.sql`IS NOT NULL` : Prisma.sql`IS NULL`;
  return readPage(tx, damage, {
    ...order,
    direction: "desc",
    key: Prisma.sql`d.id`,
    where: Prisma.sql`d."vaultId" = ${vaultId}::uuid AND d."healedAt" ${is}`,
    orderBy: healed ? Prisma.sql`d."healedAt"` : Prisma.sql`d."foundAt"`,
    thenBy: Prisma.sql`d.id`,
  });
}

/** The sums of a vault's damage. */
export function sumDamage(tx: Tx, vaultId: string): Promise<DamageTotals> {
  const open = Prisma.sql`d."vaultId" = ${vaultId}::uuid AND d."healedAt" IS NULL`;
  const totals: ViewSource<DamageTotals> = {
    schema: damageTotals,
    object: objectSql(damageTotals, noTable, {
      open: Prisma.sql`(SELECT count(*) FROM "VaultDamage" d WHERE ${open})`,
      healed: Prisma.sql`(SELECT count(*) FROM "VaultDamage" d WHERE d."vaultId" = ${vaultId}::uuid AND d."healedAt" IS NOT NULL)`,
      points: Prisma.sql`needed.points`,
      vms: Prisma.sql`needed.vms`,
      searched: Prisma.sql`NOT EXISTS (SELECT FROM "VaultDamage" d WHERE ${open} AND d."packId" IS NOT NULL AND d."reachedAt" IS NULL AND d.reason <> 'table')`,
    }),
    from: Prisma.sql`(SELECT count(DISTINCT l."pointId") AS points, count(DISTINCT r."vmId") AS vms
      FROM "VaultDamage" d JOIN "VaultDamagePoint" l ON l."damageId" = d.id JOIN "RecoveryPoint" r ON r.id = l."pointId"
      WHERE ${open}) needed`,
  };
  return readView(tx, totals, Prisma.empty);
}

const vaultDamage = z.object({ vaultId: z.string(), objects: z.coerce.number(), points: z.coerce.number() });

/** Open damage of each vault by id, with the points that need it; vaults without any are absent. */
export async function countDamage(
  tx: Tx,
): Promise<ReadonlyMap<string, { readonly objects: number; readonly points: number }>> {
  const rows = await tx.$queryRaw`
    SELECT d."vaultId", count(DISTINCT d.id) AS objects, count(DISTINCT l."pointId") AS points
    FROM "VaultDamage" d LEFT JOIN "VaultDamagePoint" l ON l."damageId" = d.id
    WHERE d."healedAt" IS NULL GROUP BY 1`;
  const found = z.array(vaultDamage).parse(rows);
  return new Map(found.map(({ vaultId, ...counts }) => [vaultId, counts]));
}

/** Damaged items that a point's view lists; it counts all. */
const itemsListed = 20;

function neighborSql(pointId: string, side: "before" | "after"): Prisma.Sql {
  const [than, order] = side === "before" ? [Prisma.sql`<`, "DESC"] : [Prisma.sql`>`, "ASC"];
  return Prisma.sql`(SELECT jsonb_build_object('id', n.id, 'takenAt', n."takenAt") FROM "RecoveryPoint" n, "RecoveryPoint" this
    WHERE this.id = ${pointId}::uuid AND n."vmId" = this."vmId" AND n.state = 'available' AND n."takenAt" ${than} this."takenAt"
    ORDER BY n."takenAt" ${Prisma.raw(order)} LIMIT 1)`;
}

/** The damage of a point. The caller has found it to be visible. */
export function readPointDamage(tx: Tx, pointId: string): Promise<PointDamageView> {
  const item = objectSql(pointDamage.shape.items.element, table, { kind, offset: composed.offset });
  const needed = Prisma.sql`"VaultDamagePoint" l JOIN "VaultDamage" d ON d.id = l."damageId" AND d."healedAt" IS NULL
    WHERE l."pointId" = ${pointId}::uuid`;
  const disk = objectSql(
    damagedDisk,
    { alias: "p", columns: Prisma.PointDamageScalarFieldEnum },
    { key: Prisma.sql`p."diskKey"` },
  );
  const view: ViewSource<PointDamageView> = {
    schema: pointDamage,
    object: objectSql(pointDamage, noTable, {
      disks: Prisma.sql`(SELECT coalesce(jsonb_agg(${disk} ORDER BY ${diskOrderSql("p")}), '[]') FROM "PointDamage" p
        WHERE p."pointId" = ${pointId}::uuid)`,
      total: Prisma.sql`(SELECT count(*) FROM ${needed})`,
      items: Prisma.sql`(SELECT coalesce(jsonb_agg(listed.item), '[]') FROM (SELECT ${item} AS item FROM ${needed}
        ORDER BY d."foundAt", d.id LIMIT ${itemsListed}) listed)`,
      searched: Prisma.sql`NOT EXISTS (SELECT FROM ${needed} AND d."packId" IS NOT NULL AND d."reachedAt" IS NULL)`,
      before: neighborSql(pointId, "before"),
      after: neighborSql(pointId, "after"),
    }),
    from: Prisma.sql`(SELECT 1) one`,
  };
  return readView(tx, view, Prisma.empty);
}
