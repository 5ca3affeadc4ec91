/** Reads the tables of packs that a verification meets: each opens, and has the items that maps name. */
import { isDamage, isKluisError, type KluisError } from "@kluis/domain/core";
import { damagedTable, missing } from "./errors.ts";
import { packName } from "./names.ts";
import type { PackKind } from "./pack/kind.ts";
import type { VaultParts } from "./parts.ts";
import { LruCache } from "./read/lru.ts";
import type { ChunkPlace } from "./types.ts";

/** Tables in memory: those of the packs that a few segments share. */
const CACHE_BYTES = 8 * 1024 * 1024;
/** Approximate memory of an item of a table, and of a table. */
const ITEM_BYTES = 48;
const TABLE_BYTES = 256;

/** Good tables that are listed. */
const GOOD_MOST = 20_000;

interface Table {
  /** Length of the sealed item by its offset. */
  readonly items: ReadonlyMap<number, number>;
  /** Of the object. */
  readonly bytes: number;
}

export class TableCheck {
  /** Tables that were read. */
  checked = 0;
  private readonly parts: Pick<VaultParts, "store" | "nodes">;
  private readonly tables = new LruCache<Table>(CACHE_BYTES);
  /** Packs whose table is damaged: one problem names each. */
  private readonly bad = new Set<string>();
  /** Names of packs whose table opened, and has the items that were looked for. */
  private readonly opened = new Set<string>();

  constructor(parts: Pick<VaultParts, "store" | "nodes">) {
    this.parts = parts;
  }

  /** Names of packs whose table is good, not all of very many. */
  get good(): readonly string[] {
    return [...this.opened];
  }

  /**
   * The damage of the tables of these items' packs, and of the packs where readers found them. An item that is nowhere is damage of the
   * content, which is found by opening it.
   * @throws errors of the store
   */
  async damageOf(
    items: readonly ChunkPlace[],
    kind: PackKind,
    signal: AbortSignal,
  ): Promise<readonly KluisError[]> {
    const found: KluisError[] = [];
    for (const item of items) {
      if (this.bad.has(item.pack)) continue;
      try {
        await this.parts.nodes.packs.moved.follow(item, signal, async (place) => {
          const damage = await this.damageAt(place, kind, signal);
          if (damage !== null) found.push(damage);
        });
        found.push(...(await this.damageElsewhere(item, kind, signal)));
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.bad.add(item.pack);
      }
    }
    return found;
  }

  /** The pack of a healed item is there, and readers find the item elsewhere. */
  private async damageElsewhere(item: ChunkPlace, kind: PackKind, signal: AbortSignal) {
    const { moved } = this.parts.nodes.packs;
    const found: KluisError[] = [];
    if (!moved.wasFollowed(item)) return found;
    for await (const place of moved.reachable(item, signal, false)) {
      try {
        const damage = await this.damageAt(place, kind, signal);
        if (damage !== null) found.push(damage);
      } catch (error) {
        // One of several places; the content was opened.
        if (!isDamage(error)) throw error;
      }
    }
    return found;
  }

  /** @throws KluisError VAULT_OBJECT_MISSING when the store has no such pack */
  private async damageAt(place: ChunkPlace, kind: PackKind, signal: AbortSignal): Promise<KluisError | null> {
    const { pack, offset, length } = place;
    if (this.bad.has(pack)) return null;
    const name = packName({ pack, kind });
    try {
      const load = () => this.read({ pack, kind }, signal);
      const table = await this.tables.get(name, load, ({ items }) => TABLE_BYTES + ITEM_BYTES * items.size);
      if (table.items.get(offset) === length) {
        if (this.opened.size < GOOD_MOST) this.opened.add(name);
        return null;
      }
      throw damagedTable({ object: name, offset: table.bytes }, "its table of contents lacks an item");
    } catch (error) {
      if (!isKluisError(error, "VAULT_DATA_DAMAGED")) throw error;
      // Several leaves are checked at once.
      if (this.bad.has(pack)) return null;
      this.bad.add(pack);
      this.opened.delete(name);
      return error;
    }
  }

  private async read(pack: { readonly pack: string; readonly kind: PackKind }, signal: AbortSignal) {
    const { store, nodes } = this.parts;
    const name = packName(pack);
    const head = await store.head(name, signal);
    if (head === null) throw missing(name, store.description);
    const items = await nodes.packs.readTable(pack, head.bytes, signal);
    this.checked += 1;
    return { items: new Map(items.map(({ offset, length }) => [offset, length])), bytes: head.bytes };
  }
}
