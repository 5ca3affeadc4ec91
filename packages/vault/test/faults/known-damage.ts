/** The damage that readers found, as the database keeps it: backups avoid it, and an index leaves it out. */

import type { ItemPlace } from "@kluis/domain";
import { type DamageFinding, findingOf, WHOLE_OBJECT } from "@kluis/domain";
import type { ChunkIndex, DamageSet, HealedItem } from "../../src/index.ts";
import { packOfName } from "../../src/names.ts";

export class KnownDamage {
  readonly #places = new Map<string, Set<number>>();
  readonly #healed = new Set<string>();
  readonly #chunks = new Map<string, ItemPlace[]>();

  /** Records what an error names; nothing for other errors. */
  note(error: unknown): void {
    const finding = findingOf(error);
    if (finding !== null) this.add(finding);
  }

  add({ object, offset }: DamageFinding): void {
    const pack = packOfName(object)?.pack;
    if (pack === undefined) return;
    const offsets = this.#places.get(pack) ?? new Set();
    this.#places.set(pack, offsets.add(offset));
    this.#healed.delete(`${pack}:${offset}`);
  }

  heal(items: readonly HealedItem[]): void {
    for (const { pack, offset } of items) this.#healed.add(`${pack}:${offset}`);
  }

  set(): DamageSet {
    const has: DamageSet["has"] = ({ pack, offset }) => {
      const offsets = this.#places.get(pack);
      if (offsets === undefined || this.#healed.has(`${pack}:${offset}`)) return false;
      return offsets.has(offset) || offsets.has(WHOLE_OBJECT);
    };
    return {
      isEmpty: this.#places.size === 0,
      has,
      hasPack: (pack) => this.#places.has(pack),
      placesOf: (ids) => Promise.resolve(new Map(ids.map((id) => [id, this.#placesOf(id).filter(has)]))),
    };
  }

  #placesOf(id: string): readonly ItemPlace[] {
    return this.#chunks.get(id) ?? [];
  }

  /** The chunks of all packs, as the index in the database knew them before they were damaged. */
  recorder(): ChunkIndex {
    return {
      lookup: () => Promise.resolve(new Map()),
      removePacks: () => Promise.resolve(),
      add: ({ pack }, entries) => {
        for (const { id, offset } of entries) this.#chunks.set(id, [...this.#placesOf(id), { pack, offset }]);
        return Promise.resolve();
      },
    };
  }

  /** The index as the database answers: without damaged places. */
  index(inner: ChunkIndex): ChunkIndex {
    const avoided = this.set();
    return {
      add: (pack, entries) => inner.add(pack, entries),
      removePacks: (packs) => inner.removePacks(packs),
      lookup: async (ids) => {
        const found = new Map(await inner.lookup(ids));
        for (const [id, place] of found) if (avoided.has(place)) found.delete(id);
        return found;
      },
    };
  }
}
