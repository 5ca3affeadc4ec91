/** The deduplication index as one VM may see it: which chunks it stored or used before, and which are there because of others. */
import { batchesOf } from "@kluis/domain";
import { z } from "zod";
import type { Db } from "../client.ts";
import { chunkIndex, type DatabaseChunkIndex, type StoredPlace } from "./chunk-index.ts";

export interface VmPlace extends StoredPlace {
  /** Another VM stored the chunk, and this one has not used it yet. */
  readonly elsewhere: boolean;
}

export interface VmChunkIndex extends Omit<DatabaseChunkIndex, "lookup"> {
  lookup(ids: readonly string[]): Promise<ReadonlyMap<string, VmPlace>>;
  use(ids: readonly string[]): Promise<void>;
}

const batchSize = 4_000;
const idRow = z.object({ id: z.string() });
const packRow = z.object({ pack: z.string() });

/**
 * The same chunks as `chunkIndex`, with `elsewhere`. Chunks that the VM used once are remembered as long as the index has them, so
 * that a second use counts as reused, exactly as if the first had stored them.
 */
export function vmChunkIndex(
  db: Db,
  scope: { readonly vaultId: string; readonly jobId: string; readonly vmId: string },
): VmChunkIndex {
  const { vaultId, vmId } = scope;
  const shared = chunkIndex(db, scope);
  return {
    async lookup(ids) {
      const places = await shared.lookup(ids);
      const own = await ownPacks(db, scope, new Set([...places.values()].map(({ pack }) => pack)));
      const foreign = [...places].flatMap(([id, { pack }]) => (own.has(pack) ? [] : [id]));
      const known = await knownChunks(db, scope, foreign);
      return new Map(
        [...places].map(([id, place]) => [
          id,
          { ...place, elsewhere: !own.has(place.pack) && !known.has(id) },
        ]),
      );
    },

    async add(pack, entries) {
      await shared.add(pack, entries);
      // After a kill in between, the VM's next hit in this pack counts as new.
      await db.prisma.vaultPack.updateMany({
        where: { vaultId, packId: pack.pack, vmId: null },
        data: { vmId },
      });
    },

    async use(ids) {
      for (const batch of batchesOf(ids.toSorted(), batchSize))
        await db.prisma.$executeRaw`
          INSERT INTO "VaultKnownChunk" ("vaultId", digest, "vmId")
          SELECT ${vaultId}::uuid, decode(id, 'hex'), ${vmId}::uuid FROM unnest(${batch}::text[]) AS used(id)
          ON CONFLICT DO NOTHING`;
    },

    moved: (packs) => shared.moved(packs),
    removePacks: (packs) => shared.removePacks(packs),
  };
}

interface Scope {
  readonly vaultId: string;
  readonly vmId: string;
}

async function ownPacks(db: Db, { vaultId, vmId }: Scope, packs: ReadonlySet<string>): Promise<Set<string>> {
  const own = new Set<string>();
  for (const batch of batchesOf([...packs], batchSize)) {
    const rows = await db.prisma.$queryRaw`
      SELECT "packId" AS pack FROM "VaultPack"
      WHERE "vaultId" = ${vaultId}::uuid AND "packId" = ANY(${batch}::text[]) AND "vmId" = ${vmId}::uuid`;
    for (const { pack } of z.array(packRow).parse(rows)) own.add(pack);
  }
  return own;
}

async function knownChunks(
  db: Db,
  { vaultId, vmId }: Scope,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const batch of batchesOf(ids, batchSize)) {
    const rows = await db.prisma.$queryRaw`
      SELECT encode(k.digest, 'hex') AS id FROM unnest(${batch}::text[]) AS wanted(id)
      JOIN "VaultKnownChunk" k ON k."vaultId" = ${vaultId}::uuid AND k.digest = decode(wanted.id, 'hex')
        AND k."vmId" = ${vmId}::uuid`;
    for (const { id } of z.array(idRow).parse(rows)) known.add(id);
  }
  return known;
}
