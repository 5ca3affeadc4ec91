/**
 * What a vault really holds, for its owner only: users of a team see figures as if their VM alone used the vault.
 *
 * Triggers add a row for each change of packs and points. Nothing updates a shared row meanwhile, so no backup waits for another one.
 */
import { byteSumView, countView } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

export const vaultTotalKinds = [
  /** Packs that a counted recovery point names, that nothing names, and that are condemned: each stored pack is one of them. */
  "pack-used",
  "pack-idle",
  "pack-condemned",
  /** Compacted packs whose object is gone. A row stays while something names the pack. */
  "pack-gone",
  /** Points by state, with the bytes that they stored first. */
  "point-available",
  "point-damaged",
  "point-soft-deleted",
  "point-deleting",
  "point-deleted",
  /** Points that cannot be deleted. They are in their state too. */
  "point-pinned",
  /** Points whose content is in the vault, with the allocated bytes of their disks. */
  "content",
] as const;
export type VaultTotalKind = (typeof vaultTotalKinds)[number];

export const vaultTotalView = z.object({ count: countView, bytes: byteSumView });
export type VaultTotalRow = z.infer<typeof vaultTotalView>;

const totalRow = z.object({ kind: z.enum(vaultTotalKinds), count: z.bigint(), bytes: z.string() });

/** Returns the totals of a vault as they are now. Its cost does not depend on how many packs or points there are. */
export async function readVaultTotals(
  tx: Tx,
  vaultId: string,
): Promise<Readonly<Record<VaultTotalKind, VaultTotalRow>>> {
  const rows = z.array(totalRow).parse(
    await tx.$queryRaw`
      SELECT kind, sum(count)::bigint AS count, sum(bytes)::text AS bytes FROM (
        SELECT kind, count, bytes FROM "VaultTotal" WHERE "vaultId" = ${vaultId}::uuid
        UNION ALL SELECT kind, count, bytes FROM "VaultTotalChange" WHERE "vaultId" = ${vaultId}::uuid) t GROUP BY kind`,
  );
  const found = new Map(rows.map(({ kind, ...total }) => [kind, vaultTotalView.parse(total)]));
  const of = (kind: VaultTotalKind): VaultTotalRow => found.get(kind) ?? { count: 0, bytes: 0 };
  return {
    "pack-used": of("pack-used"),
    "pack-idle": of("pack-idle"),
    "pack-condemned": of("pack-condemned"),
    "pack-gone": of("pack-gone"),
    "point-available": of("point-available"),
    "point-damaged": of("point-damaged"),
    "point-soft-deleted": of("point-soft-deleted"),
    "point-deleting": of("point-deleting"),
    "point-deleted": of("point-deleted"),
    "point-pinned": of("point-pinned"),
    content: of("content"),
  };
}

/** Changes that one statement adds to the totals. */
const atOnce = 20_000;
/** Bounds one call. The next call adds the rest. */
const mostRounds = 500;

/** Adds the changes to the totals, so that few rows are left to read. Two calls at once share the rows. */
export async function foldVaultTotals(tx: Tx): Promise<void> {
  for (let round = 0; round < mostRounds; round += 1) {
    const [{ folded }] = z.tuple([z.object({ folded: z.coerce.number() })]).parse(
      await tx.$queryRaw`
        WITH gone AS (
          DELETE FROM "VaultTotalChange" WHERE id IN (
            SELECT id FROM "VaultTotalChange" ORDER BY id LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
          RETURNING "vaultId", kind, count, bytes),
        added AS (
          INSERT INTO "VaultTotal" AS known ("vaultId", kind, count, bytes)
          SELECT "vaultId", kind, sum(count), sum(bytes) FROM gone GROUP BY 1, 2 ORDER BY 1, 2
          ON CONFLICT ("vaultId", kind) DO UPDATE SET count = known.count + EXCLUDED.count, bytes = known.bytes + EXCLUDED.bytes)
        SELECT count(*) AS folded FROM gone`,
    );
    if (folded < atOnce) return;
  }
}
