/** Points of a vault that collection cannot account: each needs attention until it can be read again, or is gone. */
import { notice } from "@kluis/domain";
import { z } from "zod";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import type { Db } from "../client.ts";
import { errorInfoSchema } from "../subscriptions/write.ts";
import { inTransaction, type Tx } from "../tx.ts";
import { isOdd } from "./account-points.ts";
import type { VaultScope } from "./accounts.ts";

/** Points that are named. */
const MOST = 100;

const row = z.object({ pointId: z.string(), problem: errorInfoSchema.nullable().catch(null) });

/** Manifests that do not open or were put back, and points with nodes that cannot be read. */
async function listUnaccounted(tx: Tx, { vaultId, number }: VaultScope) {
  const rows = await tx.$queryRaw`
    SELECT "pointId", problem FROM (
      SELECT "pointId", problem FROM "VaultPoint"
      WHERE "vaultId" = ${vaultId}::uuid AND ${isOdd} AND state <> 'foreign'
      UNION ALL
      (SELECT DISTINCT ON ("pointId") "pointId", problem FROM "VaultNode"
      WHERE vault = ${number}::smallint AND NOT walked AND refs > 0 AND problem IS NOT NULL ORDER BY "pointId")) found
    ORDER BY "pointId" LIMIT ${MOST}`;
  return z.array(row).parse(rows);
}

/**
 * Raises attention for each point that cannot be accounted, and clears it for those that can.
 * @returns how many there are, at most a hundred
 */
export async function settleUnaccounted(db: Db, scope: VaultScope): Promise<number> {
  const { prisma } = db;
  const prefix = `vault-account:${scope.vaultId}:` as const;
  const found = new Map((await listUnaccounted(prisma, scope)).map((one) => [one.pointId, one.problem]));
  const raised = await prisma.attention.findMany({
    where: { key: { startsWith: prefix } },
    select: { key: true },
  });
  const name = (await prisma.vault.findUnique({ where: { id: scope.vaultId }, select: { name: true } }))
    ?.name;
  for (const [pointId, problem] of found)
    await inTransaction(db, (tx) =>
      raiseAttention(tx, {
        key: `${prefix}${pointId}`,
        kind: "vault-account",
        notice: notice("vault-point-unaccounted", { vault: name ?? scope.vaultId, point: pointId }),
        error: problem,
      }),
    );
  for (const { key } of raised)
    if (!found.has(key.slice(prefix.length)))
      await inTransaction(db, (tx) =>
        clearAttention(tx, `vault-account:${key.slice("vault-account:".length)}`),
      );
  return found.size;
}
