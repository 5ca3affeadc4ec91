import { z } from "zod";
import type { Db } from "../client.ts";
import { inTransaction } from "../tx.ts";

/** Where a chunk lies in the vault: pack id (hex), offset and sealed length in bytes. */
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

/** The vault's deduplication index over the database; has the shape of packages/vault's ChunkIndex port. */
export interface DatabaseChunkIndex {
  lookup(ids: readonly string[]): Promise<ReadonlyMap<string, StoredPlace>>;
  add(
    pack: { readonly pack: string; readonly bytes: number },
    entries: readonly StoredChunk[],
  ): Promise<void>;
  removePacks(packs: readonly string[]): Promise<void>;
}

const batchSize = 4_000;

const placeRow = z.object({
  id: z.string(),
  pack: z.string(),
  offset: z.number(),
  length: z.number(),
});

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += batchSize) yield items.slice(from, from + batchSize);
}

/**
 * @param scope.vaultId the vault whose chunks are indexed
 * @param scope.jobId written down with each pack that is added, so that collection knows whose work it is
 */
export function chunkIndex(
  db: Db,
  scope: { readonly vaultId: string; readonly jobId?: string | null },
): DatabaseChunkIndex {
  const { vaultId } = scope;
  return {
    /** Leaves out what lies in condemned packs: those will be deleted, so nothing new may rely on them. */
    async lookup(ids) {
      const found = new Map<string, StoredPlace>();
      for (const batch of batches(ids)) {
        const rows = await db.prisma.$queryRaw`
          SELECT encode(c.digest, 'hex') AS id, c."packId" AS pack, c."offset", c.length
          FROM unnest(${batch}::text[]) AS wanted(id)
          JOIN "VaultChunk" c ON c."vaultId" = ${vaultId}::uuid AND c.digest = decode(wanted.id, 'hex')
          JOIN "VaultPack" p ON p."vaultId" = c."vaultId" AND p."packId" = c."packId" AND p."condemnedAt" IS NULL`;
        for (const { id, ...place } of z.array(placeRow).parse(rows)) found.set(id, place);
      }
      return found;
    },

    /** A known chunk keeps its place unless that lies in a condemned pack; adding a pack twice is adding it once. */
    async add(pack, entries) {
      await inTransaction(db, async (tx) => {
        await tx.$executeRaw`
          INSERT INTO "VaultPack" ("vaultId", "packId", bytes, "jobId")
          VALUES (${vaultId}::uuid, ${pack.pack}, ${BigInt(pack.bytes)}, ${scope.jobId ?? null}::uuid)
          ON CONFLICT DO NOTHING`;
        // Sorted, so that two packs with the same chunks never wait for each other.
        const sorted = entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        for (const batch of batches(sorted)) {
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
                  AND p."condemnedAt" IS NULL)`;
        }
      });
    },

    async removePacks(packs) {
      await inTransaction(db, async (tx) => {
        const where = { vaultId, packId: { in: [...packs] } };
        await tx.vaultChunk.deleteMany({ where });
        await tx.vaultPack.deleteMany({ where });
      });
    },
  };
}
