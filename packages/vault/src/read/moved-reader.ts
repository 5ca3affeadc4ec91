/** Follows moved tables from an item that is missing or does not open to its new place. */
import { isDamage, isKluisError, isOfOneObject, type KluisError, placeKey } from "@kluis/domain/core";
import { damagedAt, objectOf } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { MAX_HOPS, MAX_MOVED_BYTES, readObject } from "../maxima.ts";
import { movedPrefix, packOfMovedName } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import type { ChunkPlace } from "../types.ts";
import { LruCache } from "./lru.ts";
import { decodeMovedTable, type MovedTable } from "./moved.ts";

const CACHE_BYTES = 4 * 1024 * 1024;
/** Approximate memory of one entry of a moved table, and of one object. */
const ENTRY_BYTES = 64;
const OBJECT_BYTES = 256;
/** Names of tables that were found before: a reader of a compacted pack looks up every item. */
const LISTS_BYTES = 1024 * 1024;
/** Tables of one pack that are read, and places of one item that are tried. A compaction adds one, and so can anyone who adds junk. */
const MOST_TABLES = 4_096;
const MOST_TRIES = 4_096;
const MOST_UNREAD = 10_000;
const MOST_FOLLOWED = 100_000;

/** Reads moved tables. Objects below `moved/` that do not open are ignored: anyone who can write to the store can put some there. */
export class MovedReader {
  private readonly store: BlobStore;
  private readonly keys: VaultKeys;
  private readonly tables = new LruCache<MovedTable>(CACHE_BYTES);
  /** Tables that are kept as empty, because they did not open. */
  private readonly unread = new Set<string>();
  /** Those of them that have an epoch that the keyring lacks: junk, or newer than the keyring. */
  private readonly locked = new Map<string, KluisError>();
  /** Packs of items that opened where they moved to. */
  private readonly followed = new Set<string>();
  private readonly listed = new LruCache<readonly string[]>(LISTS_BYTES);

  constructor(store: BlobStore, keys: VaultKeys) {
    this.store = store;
    this.keys = keys;
  }

  /** The places that an item of a pack moved to, by the moved tables that the store has now; each place once. */
  places(item: ChunkPlace, signal: AbortSignal): Promise<ChunkPlace[]> {
    return this.placesOf(item, { fresh: true, signal });
  }

  private async placesOf(
    { pack, offset }: ChunkPlace,
    { fresh, signal, locked }: Look,
  ): Promise<ChunkPlace[]> {
    const found = new Map<string, ChunkPlace>();
    if (fresh) this.listed.drop(pack);
    const names = await this.listed.get(
      pack,
      () => this.names(pack, signal),
      (all) => OBJECT_BYTES * all.length,
    );
    if (names.length === 0 && fresh) this.listed.drop(pack);
    for (const name of names) {
      // A table that did not open may have been a wrong answer.
      if (fresh && this.unread.delete(name)) {
        this.tables.drop(name);
        this.locked.delete(name);
      }
      const place = (await this.table(name, signal)).get(offset);
      const why = this.locked.get(name);
      if (why !== undefined) locked?.push(why);
      if (place !== undefined) found.set(placeKey(place), place);
    }
    return [...found.values()];
  }

  /**
   * The result of `open` at the item's place, or at the first place that it moved to where it opens. An item that does not open is
   * read again before it counts as damaged: an answer can be wrong while the object is right.
   * @throws the error of the item's own place, which is what the map names; its cause is that of the last place tried
   */
  async follow<T>(item: ChunkPlace, signal: AbortSignal, open: Open<T>): Promise<T> {
    try {
      return await twice(item, open);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return this.elsewhere(item, signal, { open, error });
    }
  }

  private async elsewhere<T>(
    item: ChunkPlace,
    signal: AbortSignal,
    { open, error }: { readonly open: Open<T>; readonly error: unknown },
  ): Promise<T> {
    let last = error;
    const tried = new Set<string>();
    const locked: KluisError[] = [];
    // A second look lists the store again: a table may be newer than the lists that were kept.
    for (const fresh of [false, true]) {
      for await (const place of this.walk(item, { fresh, signal, locked })) {
        if (tried.has(placeKey(place))) continue;
        tried.add(placeKey(place));
        try {
          const opened = await twice(place, open);
          if (this.followed.size >= MOST_FOLLOWED) this.followed.clear();
          this.followed.add(item.pack);
          return opened;
        } catch (failure) {
          if (!isDamage(failure)) throw failure;
          last = failure;
        }
      }
    }
    // A table that the keyring cannot open may lead to it: that is not damage.
    if (locked[0] !== undefined) throw locked[0];
    // A pack that was compacted is gone on purpose: only this item of it is lost.
    if (tried.size === 0 || !isKluisError(error, "VAULT_OBJECT_MISSING")) throw error;
    const place = { object: objectOf(error), offset: item.offset };
    throw damagedAt(place, "it is missing, and does not open where it moved to", last);
  }

  /** Whether this reader found an item of the pack where it moved to. */
  wasFollowed({ pack }: Pick<ChunkPlace, "pack">): boolean {
    return this.followed.has(pack);
  }

  /** The packs to which the moved tables of a pack lead. */
  async targets(pack: string, signal: AbortSignal): Promise<MovedTargets> {
    const packs = new Set<string>();
    let isWhole = true;
    for (const name of await this.names(pack, signal)) {
      for (const place of (await this.table(name, signal)).values()) packs.add(place.pack);
      if (this.locked.has(name)) isWhole = false;
    }
    return { packs: [...packs], isWhole };
  }

  /** The places of all items that the moved tables of a pack name, by offset. */
  async items(pack: string, signal: AbortSignal): Promise<Map<number, readonly ChunkPlace[]>> {
    const found = new Map<number, readonly ChunkPlace[]>();
    for (const name of await this.names(pack, signal))
      for (const [offset, { length }] of await this.table(name, signal))
        if (!found.has(offset))
          found.set(offset, await Array.fromAsync(this.reachable({ pack, offset, length }, signal, false)));
    return found;
  }

  /**
   * All places that an item moved to, near ones first, each once: at most {@link MAX_HOPS} moves away.
   * @param fresh false: lists that this reader has read are used again
   */
  reachable(item: ChunkPlace, signal: AbortSignal, fresh = true): AsyncGenerator<ChunkPlace> {
    return this.walk(item, { fresh, signal });
  }

  private async *walk(item: ChunkPlace, look: Look): AsyncGenerator<ChunkPlace> {
    const seen = new Set([placeKey(item)]);
    let level = [item];
    for (let hop = 0; hop < MAX_HOPS && level.length > 0; hop++) {
      const next: ChunkPlace[] = [];
      for (const from of level) {
        for (const place of await this.placesOf(from, look)) {
          if (seen.has(placeKey(place)) || seen.size > MOST_TRIES) continue;
          seen.add(placeKey(place));
          next.push(place);
          yield place;
        }
      }
      level = next;
    }
  }

  private async names(pack: string, signal: AbortSignal): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of this.store.list(movedPrefix(pack), signal)) {
      if (packOfMovedName(name) === pack) names.push(name);
      if (names.length === MOST_TABLES) break;
    }
    return names.sort();
  }

  /** Empty for an object that is not a moved table. */
  private table(name: string, signal: AbortSignal): Promise<MovedTable> {
    const load = async (): Promise<MovedTable> => {
      try {
        return decodeMovedTable(
          name,
          await readObject(this.store, name, { most: MAX_MOVED_BYTES, signal }),
          this.keys,
        );
      } catch (error) {
        // What the store cannot serve now is not junk.
        if (isKluisError(error) && !isOfOneObject(error)) throw error;
        // Anyone can write an unknown epoch, so another table may still lead to the item.
        const isLocked = isKluisError(error, "VAULT_KEY_WRONG");
        if (this.unread.size >= MOST_UNREAD) this.unread.clear();
        if (this.locked.size >= MOST_UNREAD) this.locked.clear();
        if (isLocked) this.locked.set(name, error);
        this.unread.add(name);
        return new Map();
      }
    };
    return this.tables.get(name, load, (table) => OBJECT_BYTES + table.size * ENTRY_BYTES);
  }
}

export interface MovedTargets {
  readonly packs: readonly string[];
  /** False: a table has an epoch that the keyring lacks. It is junk, or newer than the keyring. */
  readonly isWhole: boolean;
}

interface Look {
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  /** Gets why tables could not be opened that may name the item. */
  readonly locked?: KluisError[];
}

/** Opens an item at a place. `fresh`: from the store, not from memory. */
type Open<T> = (place: ChunkPlace, fresh: boolean) => Promise<T>;

async function twice<T>(place: ChunkPlace, open: Open<T>): Promise<T> {
  try {
    return await open(place, false);
  } catch (error) {
    if (!isKluisError(error, "VAULT_DATA_DAMAGED")) throw error;
    return open(place, true);
  }
}
