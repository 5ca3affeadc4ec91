/** Packs whose items other packs hold now: moved tables lead from one to the others, and both stay as long as points name the first. */
import { z } from "zod";
import type { Tx } from "../tx.ts";

export interface PackMove {
  readonly from: string;
  readonly to: string;
}

const toRow = z.object({ to: z.int() });

/** Keeps the packs with the new places. Repeating it changes nothing. Call it with, or before, what makes readers depend on them. */
export async function linkMoves(tx: Tx, vaultId: string, moves: readonly PackMove[]): Promise<void> {
  const rows = await tx.$queryRaw`
    INSERT INTO "VaultMove" ("from", "to")
    SELECT DISTINCT f.number, t.number FROM unnest(
      ${moves.map(({ from }) => from)}::text[], ${moves.map(({ to }) => to)}::text[]) AS m("from", "to")
    JOIN "VaultPack" f ON f."vaultId" = ${vaultId}::uuid AND f."packId" = m."from"
    JOIN "VaultPack" t ON t."vaultId" = ${vaultId}::uuid AND t."packId" = m."to"
    WHERE f.number <> t.number ORDER BY 1, 2
    ON CONFLICT DO NOTHING RETURNING "to"`;
  const added = new Map<number, number>();
  for (const { to } of z.array(toRow).parse(rows)) added.set(to, (added.get(to) ?? 0) + 1);
  const packs = [...added].toSorted(([a], [b]) => a - b);
  if (packs.length === 0) return;
  const numbers = packs.map(([number]) => number);
  await tx.$executeRaw`
    INSERT INTO "VaultUse" AS known (pack, refs, live)
    SELECT m.pack, m.by, 0 FROM unnest(${numbers}::int[], ${packs.map(([, by]) => by)}::int[]) AS m(pack, by)
    ON CONFLICT (pack) DO UPDATE SET refs = known.refs + EXCLUDED.refs`;
  await tx.$executeRaw`
    UPDATE "VaultPack" SET "idleSince" = NULL, "condemnedAt" = CASE WHEN "deletingAt" IS NULL THEN NULL ELSE "condemnedAt" END
    WHERE number = ANY(${numbers}::int[])`;
}
