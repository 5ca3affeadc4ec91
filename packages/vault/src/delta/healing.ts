/** Chunks that are stored again under the id that they had at a damaged place. */
import { type ItemPlace, placeKey } from "@kluis/domain/core";
import { BLOCKS_PER_WINDOW } from "../constants.ts";
import type { DamageSet, HealedItem } from "../damage/places.ts";
import { type Leaf, type LeafChunk, leafChunks } from "../map/leaf.ts";
import type { ChunkPlace } from "../types.ts";

/** A damaged chunk of a window, all blocks of which were met again. */
export interface MetAgain {
  readonly chunk: LeafChunk;
  /** Indexes in the window of its blocks, by position in the chunk. */
  readonly indexes: readonly number[];
}

/** The damaged chunks of a base's leaf whose blocks a window has again, each at its position. */
export function metAgain(
  leaf: Leaf,
  avoid: DamageSet,
  hasAgain: (index: number) => boolean,
): readonly MetAgain[] {
  const met: MetAgain[] = [];
  for (const chunk of leafChunks(leaf)) {
    if (!avoid.has(chunk)) continue;
    const indexes = new Map<number, number>();
    for (let i = 0; i < BLOCKS_PER_WINDOW; i++) {
      const block = leaf.blocks[i] ?? null;
      if (block?.chunk.pack !== chunk.pack || block.chunk.offset !== chunk.offset) continue;
      if (hasAgain(i)) indexes.set(block.position, i);
    }
    if (indexes.size === chunk.blocks)
      met.push({ chunk, indexes: [...indexes].sort(([a], [b]) => a - b).map(([, index]) => index) });
  }
  return met;
}

/** Gathers where the chunks of a segment were before they were damaged. */
export class HealedChunks {
  readonly #avoid: DamageSet;
  readonly #met = new Map<string, Map<string, ItemPlace>>();

  constructor(avoid: DamageSet) {
    this.#avoid = avoid;
  }

  add({ id, pack, offset }: LeafChunk): void {
    const place = { pack, offset };
    const places = this.#met.get(id) ?? new Map<string, ItemPlace>();
    this.#met.set(id, places.set(placeKey(place), place));
  }

  /** All damaged places of the chunks that the segment has at a good place now. */
  async places(slots: ReadonlyMap<string, { readonly place: ChunkPlace | null }>): Promise<HealedItem[]> {
    const stored = await this.#avoid.placesOf([...slots.keys()]);
    const healed: HealedItem[] = [];
    for (const [id, { place }] of slots) {
      if (place === null) continue;
      const old = new Map(this.#met.get(id));
      for (const one of stored.get(id) ?? []) old.set(placeKey(one), one);
      for (const { pack, offset } of old.values())
        if (pack !== place.pack || offset !== place.offset)
          healed.push({ pack, offset, place: placeOnly(place) });
    }
    return healed;
  }
}

function placeOnly({ pack, offset, length }: ChunkPlace): ChunkPlace {
  return { pack, offset, length };
}
