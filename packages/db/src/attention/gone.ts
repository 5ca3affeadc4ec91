/** Clears what is about a vault or a VM that is gone: nothing that would clear it runs for it any more. */
import { type Attention, attentionKinds, vaultAttentionKinds, vaultOfAttention } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Db } from "../client.ts";
import { inTransaction, type Tx } from "../tx.ts";
import { clearAttention } from "./write.ts";

/** Keys that one sweep clears. The next one continues. */
const MOST = 200;

const keyRow = z.object({ key: z.string() });

function keyOf(key: string): Attention["key"] | null {
  const kind = attentionKinds.find((one) => key.startsWith(`${one}:`));
  return kind === undefined ? null : `${kind}:${key.slice(kind.length + 1)}`;
}

/** Clears everything that is raised about a vault. Call it last in the transaction that removes the vault. */
export async function clearVaultAttention(tx: Tx, vaultId: string): Promise<void> {
  const rows = await tx.attention.findMany({
    where: { kind: { in: [...vaultAttentionKinds] } },
    select: { key: true },
  });
  await clearAll(
    tx,
    rows.filter(({ key }) => vaultOfAttention(key) === vaultId),
  );
}

/**
 * Clears what is raised about vaults that were removed, and what only a next backup of a VM would clear although none follows: the VM is
 * gone from Azure or its protection was stopped. Damaged recovery points of the VM stay raised, because they can still be restored.
 */
export async function clearGoneAttention(db: Db): Promise<number> {
  const gone = Prisma.sql`vm."deletedAt" IS NOT NULL`;
  const stopped = Prisma.sql`NOT EXISTS (SELECT 1 FROM "Protection" p WHERE p."vmId" = vm.id AND p.state = 'active')`;
  const rows = z.array(keyRow).parse(
    await db.prisma.$queryRaw`
      SELECT a.key FROM "Attention" a LEFT JOIN "VirtualMachine" vm ON vm.id = a."vmId"
      WHERE (a.kind = ANY(${vaultAttentionKinds}::text[]) AND NOT EXISTS (
          SELECT 1 FROM "Vault" v WHERE v.id::text = split_part(a.key, ':', 2)))
        OR (${gone} AND (a.kind IN ('consistency', 'changed-ranges', 'exclusion')
          OR a.key IN ('transfer:starved-' || vm.id, 'transfer:unrecorded-' || vm.id)))
        OR (${stopped} AND (a.kind = 'consistency' OR a.key = 'transfer:starved-' || vm.id))
      ORDER BY a.key LIMIT ${MOST}`,
  );
  for (const row of rows) await inTransaction(db, (tx) => clearAll(tx, [row]));
  return rows.length;
}

async function clearAll(tx: Tx, rows: readonly { readonly key: string }[]): Promise<void> {
  for (const { key } of rows) {
    const known = keyOf(key);
    if (known !== null) await clearAttention(tx, known);
  }
}
