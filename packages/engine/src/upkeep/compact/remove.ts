/** Deletes the objects of packs whose content is in other packs. */
import { deletePacks } from "../collect/delete-packs.ts";
import type { MovedPack } from "./port.ts";
import { type CompactParts, neededOf } from "./walk.ts";

export interface Removed {
  readonly removed: number;
  readonly freedBytes: number;
  /** Deletions that the storage refused. */
  readonly refused: number;
}

/** Packs of one pass. */
const MOST = 5_000;

export async function removeMoved(parts: CompactParts): Promise<Removed> {
  const { port, graceMs } = parts;
  const { keepUntil } = await port.doubt();
  const moved = await port.moved({ graceMs, keepUntil, limit: MOST });
  const again = moved.length === 0 ? null : await stillNeeded(parts, moved, keepUntil);
  if (again !== null) {
    if (again.size > 0)
      await port.moveAgain(moved.flatMap(({ number, packId }) => (again.has(packId) ? [number] : [])));
    await port.beginRemoval(moved.flatMap(({ number, packId }) => (again.has(packId) ? [] : [number])));
  }
  const { deleted, ...sums } = await deletePacks({
    next: (limit) => port.removing(limit),
    remove: parts.deleteObject,
    end: (packs) => port.endRemoval(packs),
    refused: (pack) => port.refused(pack),
    signal: parts.signal,
  });
  return { removed: deleted, ...sums };
}

/**
 * The packs of which more is needed than their copies hold: a job that began with a point that is gone by now can name an item that was
 * not needed when the maps were read. Null: not known.
 */
async function stillNeeded(
  parts: CompactParts,
  moved: readonly MovedPack[],
  keepUntil: Date | null,
): Promise<ReadonlySet<string> | null> {
  const { port, vault, signal } = parts;
  const first = moved.reduce((at, { movedAt }) => (movedAt < at ? movedAt : at), new Date(8.64e15));
  const leaving = new Set(moved.map(({ packId }) => packId));
  const sources = await port.sources(moved.map(({ number }) => number));
  const needed = await neededOf(parts, new Set([...leaving, ...sources]), first);
  // A node that could not be read since then may need some of them.
  if (!needed.isKnown || needed.keepUntil?.getTime() !== keepUntil?.getTime()) return null;
  const places = await vault.movedPlaces(needed.items, signal);
  const packs = needed.items.map(({ pack }, n) => [pack, ...(places[n] ?? []).map((place) => place.pack)]);
  const others = [...new Set(packs.flat())].filter((pack) => !leaving.has(pack));
  const staying = await port.staying(others);
  const again = new Set<string>();
  for (const some of packs)
    if (!some.some((pack) => staying.has(pack)))
      for (const pack of some) if (leaving.has(pack)) again.add(pack);
  return again;
}
