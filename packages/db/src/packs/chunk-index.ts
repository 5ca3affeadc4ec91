/** The deduplication index of the vault in the database: which pack holds a chunk, and where. */
import { batchesOf } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Db } from "../client.ts";
import { inTransaction, type Tx } from "../tx.ts";
import { type PackKind, packKindNumbers } from "./kind.ts";

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
}

export interface StoredPack {
  readonly pack: string;
  readonly bytes: number;
  readonly kind?: PackKind;
}

/** Implements the `ChunkIndex` port of @kluis/vault. */
export interface DatabaseChunkIndex {
  lookup(ids: readonly string[]): Promise<ReadonlyMap<string, StoredPlace>>;
  add(pack: StoredPack, entries: readonly StoredChunk[]): Promise<void>;
  /** Those of these packs whose items a compaction moved. */
  moved(packs: readonly string[]): Promise<ReadonlySet<string>>;
  removePacks(packs: readonly string[]): Promise<void>;
}

interface Scope {
  readonly vaultId: string;
  readonly jobId?: string | null;
  /** Whose backup stores the packs: figures of other VMs count their chunks as new. */
  readonly vmId?: string | null;
}

const batchSize = 4_000;
/** Packs that one transaction removes. */
const packsAtOnce = 200;
/** A hit in a pack that no node names yet is recorded at most this often. */
const renewedEverySeconds = 300;

const placeRow = z.object({
  id: z.string(),
  pack: z.string(),
  number: z.int(),
  offset: z.number(),
  length: z.number(),
  /** No node names the pack, and no hit was recorded recently. */
  stale: z.boolean(),
});
const numberRow = z.object({ number: z.int() });

/**
 * A condition on a pack `p` and a chunk in it: lookups return the place. They leave out packs that are condemned or leave, and places that
 * are damaged or were.
 */
const isFound = (chunk: Prisma.Sql): Prisma.Sql => Prisma.sql`
  p."condemnedAt" IS NULL AND p."leavingAt" IS NULL AND p.state = 'live' AND NOT EXISTS (SELECT 1 FROM "VaultDamageItem" d
    WHERE d."vaultId" = p."vaultId" AND d."packId" = p."packId" AND d."offset" = ${chunk}."offset")`;

/**
 * @param scope.vaultId the vault whose chunks are indexed
 * @param scope.jobId recorded with each added pack
 */
export function chunkIndex(db: Db, scope: Scope): DatabaseChunkIndex {
  const { vaultId } = scope;
  return {
    /** A pack with a hit is not condemned while a segment can use it. */
    async lookup(ids) {
      const found = new Map<string, StoredPlace>();
      for (const batch of batchesOf(ids, batchSize)) {
        const rows = z.array(placeRow).parse(
          await db.prisma.$queryRaw`
            SELECT encode(c.digest, 'hex') AS id, p."packId" AS pack, p.number, c."offset", c.length,
              coalesce(p."idleSince" < kluis_now() - ${renewedEverySeconds} * interval '1 second', FALSE) AS stale
            FROM unnest(${batch}::text[]) AS wanted(id)
            JOIN "VaultChunk" c ON c.digest = decode(wanted.id, 'hex')
              AND c.vault = (SELECT number FROM "Vault" WHERE id = ${vaultId}::uuid)
            JOIN "VaultPack" p ON p.number = c.pack
            WHERE ${isFound(Prisma.sql`c`)}`,
        );
        const lost = await renewIdle(
          db.prisma,
          rows.flatMap(({ number, stale }) => (stale ? [number] : [])),
        );
        for (const { id, pack, number, offset, length } of rows)
          if (!lost.has(number)) found.set(id, { pack, offset, length });
      }
      return found;
    },

    /**
     * A known chunk keeps its place, unless `lookup` leaves it out. Else this pack holds a second copy, and a compaction
     * may release it. Adding a pack twice has no further effect.
     */
    async add(pack, entries) {
      await inTransaction(db, async (tx) => {
        const number = await addPack(tx, scope, pack);
        if (number === null) return;
        // Sorted, so that transactions with the same chunks lock them in the same order and never deadlock.
        const sorted = entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        let placed = 0;
        for (const batch of batchesOf(sorted, batchSize))
          placed += await placeChunks(tx, { vaultId, number }, batch);
        const twice = entries.reduce((sum, { length }) => sum + length, 0) - placed;
        if (twice > 0)
          await tx.$executeRaw`UPDATE "VaultPack" SET twice = ${BigInt(twice)} WHERE number = ${number}`;
      });
    },

    async moved(packs) {
      const where = { vaultId, packId: { in: [...packs] }, movedAt: { not: null } };
      const rows = await db.prisma.vaultPack.findMany({ where, select: { packId: true } });
      return new Set(rows.map(({ packId }) => packId));
    },

    async removePacks(packs) {
      // A pack has up to some thousand chunks: one transaction for all of them would take too long.
      for (const batch of batchesOf(packs, packsAtOnce)) {
        await inTransaction(db, async (tx) => {
          // What VMs used of others is forgotten with the chunk.
          await tx.$executeRaw`DELETE FROM "VaultKnownChunk" k USING "VaultChunk" c, "VaultPack" p
            WHERE p."vaultId" = ${vaultId}::uuid AND p."packId" = ANY(${batch}::text[]) AND c.pack = p.number
              AND k."vaultId" = p."vaultId" AND k.digest = c.digest`;
          await forgetChunks(tx, vaultId, batch);
          const where = { vaultId, packId: { in: [...batch] } };
          await tx.vaultDamageItem.deleteMany({ where });
          await tx.vaultPack.deleteMany({ where });
        });
      }
    },
  };
}

/** Returns the packs of a hit that were condemned meanwhile. */
async function renewIdle(tx: Tx, numbers: readonly number[]): Promise<ReadonlySet<number>> {
  const idle = [...new Set(numbers)];
  if (idle.length === 0) return new Set();
  await tx.$executeRaw`
    UPDATE "VaultPack" SET "idleSince" = kluis_now() WHERE number IN (
      SELECT number FROM "VaultPack"
      WHERE number = ANY(${idle}::int[]) AND "idleSince" IS NOT NULL AND "condemnedAt" IS NULL
      ORDER BY number FOR UPDATE)`;
  const gone = z.array(numberRow).parse(
    await tx.$queryRaw`SELECT number FROM "VaultPack" WHERE number = ANY(${idle}::int[])
      AND ("condemnedAt" IS NOT NULL OR "leavingAt" IS NOT NULL)`,
  );
  return new Set(gone.map(({ number }) => number));
}

/** Returns the pack's number; null when it was added before. */
async function addPack(tx: Tx, scope: Scope, { pack, bytes, kind }: StoredPack): Promise<number | null> {
  const rows = await tx.$queryRaw`
    INSERT INTO "VaultPack" AS known ("vaultId", "packId", kind, bytes, "jobId", "vmId")
    VALUES (${scope.vaultId}::uuid, ${pack}, ${packKindNumbers[kind ?? "chunks"]}, ${BigInt(bytes)},
      ${scope.jobId ?? null}::uuid, ${scope.vmId ?? null}::uuid)
    ON CONFLICT ("vaultId", "packId") DO UPDATE SET bytes = EXCLUDED.bytes WHERE known.bytes = 0
    RETURNING number`;
  return z.array(numberRow).parse(rows)[0]?.number ?? null;
}

const placedRow = z.tuple([z.object({ bytes: z.coerce.number() })]);

/** Returns the sealed bytes of the chunks that now have their place in this pack. */
async function placeChunks(
  tx: Tx,
  { vaultId, number }: { readonly vaultId: string; readonly number: number },
  batch: readonly StoredChunk[],
): Promise<number> {
  const rows = await tx.$queryRaw`
    WITH placed AS (
      INSERT INTO "VaultChunk" AS known (digest, vault, pack, "offset", length)
      SELECT decode(e.id, 'hex'), (SELECT number FROM "Vault" WHERE id = ${vaultId}::uuid), ${number}, e.at, e.length
      FROM unnest(
        ${batch.map((entry) => entry.id)}::text[], ${batch.map((entry) => entry.offset)}::int[],
        ${batch.map((entry) => entry.length)}::int[]
      ) AS e(id, at, length)
      ON CONFLICT (digest, vault) DO UPDATE
        SET pack = EXCLUDED.pack, "offset" = EXCLUDED."offset", length = EXCLUDED.length
        WHERE NOT EXISTS (
          SELECT 1 FROM "VaultPack" p
          WHERE p.number = known.pack AND ${isFound(Prisma.sql`known`)})
      RETURNING length)
    SELECT coalesce(sum(length), 0) AS bytes FROM placed`;
  return placedRow.parse(rows)[0].bytes;
}

export async function forgetChunks(tx: Tx, vaultId: string, packs: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM "VaultChunk" WHERE pack IN (
      SELECT number FROM "VaultPack" WHERE "vaultId" = ${vaultId}::uuid AND "packId" = ANY(${[...packs]}::text[]))`;
}
