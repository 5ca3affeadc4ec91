/** Damaged places, and what happened to them. */
import type { ItemPlace } from "@kluis/domain";

/** Places in packs that hold no readable content. A place that readers find elsewhere, through a moved table, is not one. */
export interface DamageSet {
  /** Nothing is damaged. */
  readonly isEmpty: boolean;
  /** Whether an item of the pack may be in the set: false spares a walk. */
  hasPack(pack: string): boolean;
  has(place: ItemPlace): boolean;
  /** Places of the set where these chunks were, by chunk id. */
  placesOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly ItemPlace[]>>;
}

export const noDamage: DamageSet = {
  isEmpty: true,
  hasPack: () => false,
  has: () => false,
  placesOf: () => Promise.resolve(new Map()),
};

/** A damaged item that was stored again. */
export interface HealedItem extends ItemPlace {
  /** Where readers of the old place find it now. */
  readonly place: ItemPlace & { readonly length: number };
}
