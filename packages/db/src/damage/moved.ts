/** Damage of packs that got the content of others: maps still name that content by places of packs whose objects are gone. */
import { z } from "zod";
import { type PackKind, packKindOf } from "../packs/kind.ts";
import type { Tx } from "../tx.ts";

/** The problem of an item of a pack that was compacted, as the end of a sentence. */
export const LOST_MOVE = "it was moved, and is damaged or missing where it is now";

export interface GonePack {
  readonly pack: string;
  readonly kind: PackKind;
}

/** Packs that were compacted away and are still named, of which another pack with their items is damaged or missing. */
export async function listLostMoves(tx: Tx, vaultId: string): Promise<GonePack[]> {
  const rows = await tx.$queryRaw`
    SELECT DISTINCT p."packId" AS pack, p.kind
    FROM "VaultMove" m JOIN "VaultPack" t ON t.number = m."to" JOIN "VaultPack" p ON p.number = m."from"
    WHERE t."vaultId" = ${vaultId}::uuid AND p."goneAt" IS NOT NULL AND p."deletingAt" IS NULL
      AND (t.state <> 'live' OR EXISTS (SELECT 1 FROM "VaultDamageItem" d
        WHERE d."vaultId" = t."vaultId" AND d."packId" = t."packId" AND d."healedAt" IS NULL))
    ORDER BY 1`;
  const row = z.object({ pack: z.string(), kind: z.int() });
  return z
    .array(row)
    .parse(rows)
    .map(({ pack, kind }) => ({ pack, kind: packKindOf(kind) }));
}

/** The open damage of items whose new places are in these packs. */
export async function listDamageOfMoved(
  tx: Tx,
  vaultId: string,
  packs: readonly string[],
): Promise<string[]> {
  const rows = await tx.$queryRaw`
    SELECT DISTINCT d.id FROM "VaultDamage" d JOIN "VaultPack" p ON p."vaultId" = d."vaultId" AND p."packId" = d."packId"
    JOIN "VaultMove" m ON m."from" = p.number JOIN "VaultPack" t ON t.number = m."to"
    WHERE d."vaultId" = ${vaultId}::uuid AND d."healedAt" IS NULL AND d.problem = ${LOST_MOVE} AND t."packId" = ANY(${[...packs]}::text[])`;
  return z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map(({ id }) => id);
}
