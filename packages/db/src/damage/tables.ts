/**
 * Damage of the tables of packs. No recovery point needs a table to be read, so the search for points does not concern it: it stays open
 * until a verification reads the table as good, or its pack is gone or was compacted.
 */
import { batchesOf, WHOLE_OBJECT } from "@kluis/domain";
import { z } from "zod";
import type { Db } from "../client.ts";
import { inTransaction } from "../tx.ts";
import { closeDamage } from "./heal.ts";

/** Rows of one run, and of one transaction. */
const MOST = 10_000;
const PAGE = 500;
/** A pack that was found by a comparison has a row when its points are counted. */
const UNCOUNTED = "1 day";

const goneRow = z.object({ id: z.string(), vaultId: z.string() });

export interface GoodTables {
  readonly vaultId: string;
  /** Names of packs in the store. */
  readonly objects: readonly string[];
  /** The start of the verification: damage that is newer was found by it. */
  readonly before: Date;
}

/** A verification read these tables: their damage is closed. Does nothing for others, and when it is repeated. */
export async function closeGoodTables(db: Db, { vaultId, objects, before }: GoodTables): Promise<void> {
  const where = { vaultId, reason: "table", healedAt: null, foundAt: { lt: before } } as const;
  if ((await db.prisma.vaultDamage.findFirst({ where, select: { id: true } })) === null) return;
  for (const some of batchesOf(objects, PAGE)) {
    await inTransaction(db, async (tx) => {
      const found = await tx.vaultDamage.findMany({
        where: { ...where, object: { in: [...some] }, offset: { not: WHOLE_OBJECT } },
        select: { id: true },
      });
      await closeDamage(tx, { vaultId, ids: found.map(({ id }) => id), by: "verification" });
    });
  }
}

/** Closes the damage of tables whose pack is gone, or whose items other packs have. */
export async function closeGoneTables(db: Db): Promise<void> {
  const rows = await db.prisma.$queryRaw`
    SELECT d.id, d."vaultId" FROM "VaultDamage" d
    LEFT JOIN "VaultPack" p ON p."vaultId" = d."vaultId" AND p."packId" = d."packId"
    WHERE d.reason = 'table' AND d."healedAt" IS NULL
      AND (p."movedAt" IS NOT NULL OR p."goneAt" IS NOT NULL OR p."deletingAt" IS NOT NULL
        OR (p.number IS NULL AND d."foundAt" < kluis_now() - ${UNCOUNTED}::interval))
    ORDER BY d.id LIMIT ${MOST}`;
  const vaults = Map.groupBy(z.array(goneRow).parse(rows), ({ vaultId }) => vaultId);
  for (const [vaultId, found] of vaults) {
    for (const some of batchesOf(found, PAGE)) {
      const ids = some.map(({ id }) => id);
      await inTransaction(db, (tx) => closeDamage(tx, { vaultId, ids, by: "unneeded" }));
    }
  }
}
