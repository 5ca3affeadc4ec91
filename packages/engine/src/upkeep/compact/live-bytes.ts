/** How much of packs is needed. */
import type { LiveItem, Vault } from "@kluis/vault";

interface Parts {
  readonly vault: Pick<Vault, "movedPlaces">;
  readonly signal: AbortSignal;
}

/**
 * Sealed bytes that maps name, by the pack that has them: an earlier compaction moved items here that maps name by the place where they
 * were before. An item of several names counts once.
 */
export async function liveBytes(
  { vault, signal }: Parts,
  items: readonly LiveItem[],
  packs: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  const counted = new Set<string>();
  const live = new Map<string, number>();
  const count = (place: {
    readonly pack: string;
    readonly offset: number;
    readonly length: number;
  }): void => {
    const key = `${place.pack}:${place.offset}`;
    if (counted.has(key)) return;
    counted.add(key);
    live.set(place.pack, (live.get(place.pack) ?? 0) + place.length);
  };
  const elsewhere = items.filter((item) => !packs.has(item.pack));
  for (const item of items) if (packs.has(item.pack)) count(item);
  for (const places of await vault.movedPlaces(elsewhere, signal)) {
    const here = places.find(({ pack }) => packs.has(pack));
    if (here !== undefined) count(here);
  }
  return live;
}
