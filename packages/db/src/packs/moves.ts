/** Packs whose items other packs hold now: moved tables lead from one to the others, and both stay as long as points name the first. */
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { packNumbers, type VaultScope } from "./accounts.ts";
import { packKindOf } from "./kind.ts";

export interface PackMove {
  readonly from: string;
  readonly to: string;
}

const toRow = z.object({ to: z.int() });
const listedRow = z.object({ pack: z.string(), tables: z.int() });

/** How many moved tables about a pack the storage has. */
export interface ListedTables {
  readonly pack: string;
  readonly tables: number;
}

/** Those of these packs that have a row, and tables that were not read for it. */
export async function listUnlinked(
  tx: Tx,
  { vaultId }: VaultScope,
  listed: readonly ListedTables[],
): Promise<ListedTables[]> {
  const rows = await tx.$queryRaw`
    SELECT p."packId" AS pack, l.tables
    FROM unnest(${listed.map(({ pack }) => pack)}::text[], ${listed.map(({ tables }) => tables)}::int[]) AS l(pack, tables)
    JOIN "VaultPack" p ON p."vaultId" = ${vaultId}::uuid AND p."packId" = l.pack AND p.tables <> l.tables`;
  return z.array(listedRow).parse(rows);
}

/** Keeps packs to which moved tables in the storage lead. One that no writer of this database recorded gets a row. */
export async function linkFound(
  tx: Tx,
  scope: VaultScope,
  { pack, tables, targets }: ListedTables & { readonly targets: readonly string[] },
): Promise<void> {
  const { kind } = await tx.vaultPack.update({
    where: { vaultId_packId: { vaultId: scope.vaultId, packId: pack } },
    data: { tables },
    select: { kind: true },
  });
  await packNumbers(tx, scope, new Map(targets.map((target) => [target, packKindOf(kind)])));
  await linkMoves(
    tx,
    scope.vaultId,
    targets.map((to) => ({ from: pack, to })),
  );
}

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
