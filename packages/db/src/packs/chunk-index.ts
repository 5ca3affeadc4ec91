/** The deduplication index of the vault in the database: which pack holds a chunk, and where. */
import { batchesOf } from "@kluis/domain";
import { z } from "zod";
import type { Db } from "../client.ts";
import { inTransaction } from "../tx.ts";

/** The place of a chunk in the vault: pack id (hex), offset and sealed length in bytes. */
export interface StoredPlace {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

export interface StoredChunk {
  /** Chunk id, hex. */
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  readonly plainLength: number;
}

/** Implements the `ChunkIndex` port of @kluis/vault. */
export interface DatabaseChunkIndex {
  lookup(ids: readonly string[]): Promise<ReadonlyMap<string, StoredPlace>>;
  add(
    pack: { readonly pack: string; readonly bytes: number },
    entries: readonly StoredChunk[],
  ): Promise<void>;
  removePacks(packs: readonly string[]): Promise<void>;
}

const batchSize = 4_000;
/** Packs that one transaction removes. */
const packsAtOnce = 200;

const placeRow = z.object({
  id: z.string(),
  pack: z.string(),
  offset: z.number(),
  length: z.number(),
});

/**
 * @param scope.vaultId the vault whose chunks are indexed
 * @param scope.jobId recorded with each added pack
 */
export function chunkIndex(
  db: Db,
  scope: { readonly vaultId: string; readonly jobId?: string | null },
): DatabaseChunkIndex {
  const { vaultId } = scope;
  return {
    /** Leaves out chunks in condemned packs, because these packs will be deleted, and chunks at damaged places. */
    async lookup(ids) {
      const found = new Map<string, StoredPlace>();
      for (const batch of batchesOf(ids, batchSize)) {
        const rows = await db.prisma.$queryRaw`
          SELECT encode(c.digest, 'hex') AS id, c."packId" AS pack, c."offset", c.length
          FROM unnest(${batch}::text[]) AS wanted(id)
          JOIN "VaultChunk" c ON c."vaultId" = ${vaultId}::uuid AND c.digest = decode(wanted.id, 'hex')
          JOIN "VaultPack" p ON p."vaultId" = c."vaultId" AND p."packId" = c."packId"
            AND p."condemnedAt" IS NULL AND p.state = 'live'
          WHERE NOT EXISTS (SELECT 1 FROM "VaultDamageItem" d
            WHERE d."vaultId" = c."vaultId" AND d."packId" = c."packId" AND d."offset" = c."offset")`;
        for (const { id, ...place } of z.array(placeRow).parse(rows)) found.set(id, place);
      }
      return found;
    },

    /** A known chunk keeps its place, unless `lookup` leaves it out. Adding a pack twice has no further effect. */
    async add(pack, entries) {
      await inTransaction(db, async (tx) => {
        await tx.$executeRaw`
          INSERT INTO "VaultPack" ("vaultId", "packId", bytes, "jobId")
          VALUES (${vaultId}::uuid, ${pack.pack}, ${BigInt(pack.bytes)}, ${scope.jobId ?? null}::uuid)
          ON CONFLICT DO NOTHING`;
        // Sorted, so that transactions with the same chunks lock them in the same order and never deadlock.
        const sorted = entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        for (const batch of batchesOf(sorted, batchSize)) {
          await tx.$executeRaw`
            INSERT INTO "VaultChunk" AS known ("vaultId", digest, "packId", "offset", length, "plainLength")
            SELECT ${vaultId}::uuid, decode(e.id, 'hex'), ${pack.pack}, e.at, e.length, e.plain
            FROM unnest(
              ${batch.map((entry) => entry.id)}::text[], ${batch.map((entry) => entry.offset)}::int[],
              ${batch.map((entry) => entry.length)}::int[], ${batch.map((entry) => entry.plainLength)}::int[]
            ) AS e(id, at, length, plain)
            ON CONFLICT ("vaultId", digest) DO UPDATE
              SET "packId" = EXCLUDED."packId", "offset" = EXCLUDED."offset",
                  length = EXCLUDED.length, "plainLength" = EXCLUDED."plainLength"
              WHERE NOT EXISTS (
                SELECT 1 FROM "VaultPack" p WHERE p."vaultId" = known."vaultId" AND p."packId" = known."packId"
                  AND p."condemnedAt" IS NULL AND p.state = 'live')
                OR EXISTS (SELECT 1 FROM "VaultDamageItem" d WHERE d."vaultId" = known."vaultId"
                  AND d."packId" = known."packId" AND d."offset" = known."offset")`;
        }
      });
    },

    async removePacks(packs) {
      // A pack has up to some thousand chunks: one transaction for all of them would take too long.
      for (const batch of batchesOf(packs, packsAtOnce)) {
        const where = { vaultId, packId: { in: [...batch] } };
        await inTransaction(db, async (tx) => {
          await tx.vaultChunk.deleteMany({ where });
          await tx.vaultDamageItem.deleteMany({ where });
          await tx.vaultPack.deleteMany({ where });
        });
      }
    },
  };
}
