/** Finds open damage by place, in memory: for a walk over maps, and for what a backup must not use. */
import { type ItemPlace, placeKey, WHOLE_OBJECT } from "@kluis/domain";
import type { Tx } from "../tx.ts";
import { listOpenDamage } from "./reach.ts";

interface PackDamage {
  whole: string | null;
  readonly items: Map<number, string>;
  /** Offsets that a moved table leads from: readers find them elsewhere. */
  readonly healed: Set<number>;
}

export interface DamageMatch {
  /** The damage that is open, in packs. */
  readonly ids: readonly string[];
  /** Ids of the open damage at a place that is not healed. */
  readonly match: (place: ItemPlace) => readonly string[];
  /** Whether the item was healed, and its content is in a pack with damage. Of compacted packs each lost item has its own damage. */
  readonly isMoved: (place: ItemPlace) => boolean;
}

/** Loads the open damage of a vault. One small query when there is none. */
export async function matchDamage(tx: Tx, vaultId: string): Promise<DamageMatch> {
  const open = await listOpenDamage(tx, vaultId);
  const packs = new Map<string, PackDamage>();
  for (const { id, packId, offset } of open) {
    const pack = packs.get(packId) ?? { whole: null, items: new Map(), healed: new Set() };
    packs.set(packId, pack);
    if (offset === WHOLE_OBJECT) pack.whole = id;
    else pack.items.set(offset, id);
  }
  /** Healed items whose content is in a pack with damage. */
  const moved = new Set<string>();
  if (open.length > 0) {
    const ids = [...packs.keys()];
    const healed = await tx.vaultDamageItem.findMany({
      where: { vaultId, healedAt: { not: null }, OR: [{ packId: { in: ids } }, { healedPack: { in: ids } }] },
      select: { packId: true, offset: true, healedPack: true },
    });
    for (const { packId, offset, healedPack } of healed) {
      packs.get(packId)?.healed.add(offset);
      if (healedPack !== null && packs.has(healedPack)) moved.add(placeKey({ pack: packId, offset }));
    }
  }
  return {
    ids: open.map(({ id }) => id),
    match({ pack, offset }) {
      const damage = packs.get(pack);
      if (damage === undefined || damage.healed.has(offset)) return [];
      return [damage.whole, damage.items.get(offset) ?? null].filter((id) => id !== null);
    },
    isMoved: (place) => moved.has(placeKey(place)),
  };
}
