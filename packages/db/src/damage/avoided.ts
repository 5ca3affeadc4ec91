/** What backups must not use of a vault: places that hold no readable content. */
import { batchesOf, type ItemPlace, placeKey } from "@kluis/domain";
import { z } from "zod";
import type { Db } from "../client.ts";

/** Implements the `DamageSet` port of @kluis/vault. */
export interface AvoidedPlaces {
  readonly isEmpty: boolean;
  hasPack(pack: string): boolean;
  has(place: ItemPlace): boolean;
  placesOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly ItemPlace[]>>;
}

const nothing: AvoidedPlaces = {
  isEmpty: true,
  hasPack: () => false,
  has: () => false,
  placesOf: () => Promise.resolve(new Map()),
};

const chunkBatch = 4_000;
const placeRow = z.object({ id: z.string(), pack: z.string(), offset: z.number() });

/**
 * Damaged packs and places of a vault, also those that no point needs. A place that a moved table leads from is left out: readers find
 * its item elsewhere.
 */
export async function avoidedPlaces(db: Db, vaultId: string): Promise<AvoidedPlaces> {
  const { prisma } = db;
  const bad = await prisma.vaultPack.findMany({
    where: { vaultId, state: { not: "live" } },
    select: { packId: true },
  });
  const items = await prisma.vaultDamageItem.findMany({
    where: { vaultId },
    select: { packId: true, offset: true, healedAt: true, healedPack: true, healedOffset: true },
  });
  if (bad.length === 0 && items.length === 0) return nothing;
  const whole = new Set(bad.map(({ packId }) => packId));
  const packs = new Set(whole);
  const [damaged, healed] = [new Set<string>(), new Set<string>()];
  for (const { packId, offset, healedAt } of items) {
    if (healedAt === null) damaged.add(placeKey({ pack: packId, offset }));
    if (healedAt === null) packs.add(packId);
  }
  // A healed item is as good as the place that it moved to.
  for (const { packId, offset, healedAt, healedPack, healedOffset } of items) {
    if (healedAt === null) continue;
    const isLost =
      healedPack !== null && (whole.has(healedPack) || damaged.has(`${healedPack}:${healedOffset}`));
    (isLost ? damaged : healed).add(placeKey({ pack: packId, offset }));
    if (isLost) packs.add(packId);
  }
  const has = (place: ItemPlace): boolean =>
    damaged.has(placeKey(place)) || (whole.has(place.pack) && !healed.has(placeKey(place)));
  return {
    isEmpty: false,
    has,
    hasPack: (pack) => packs.has(pack),
    placesOf: (ids) => placesOf(db, vaultId, ids),
  };
}

async function placesOf(
  db: Db,
  vaultId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ItemPlace[]>> {
  const found = new Map<string, ItemPlace[]>();
  for (const batch of batchesOf(ids, chunkBatch)) {
    const rows = await db.prisma.$queryRaw`
      SELECT encode(d."chunkId", 'hex') AS id, d."packId" AS pack, d."offset"
      FROM unnest(${batch}::text[]) AS wanted(id)
      JOIN "VaultDamageItem" d ON d."vaultId" = ${vaultId}::uuid AND d."chunkId" = decode(wanted.id, 'hex')
        AND d."healedAt" IS NULL`;
    for (const { id, ...place } of z.array(placeRow).parse(rows))
      found.set(id, [...(found.get(id) ?? []), place]);
  }
  return found;
}
