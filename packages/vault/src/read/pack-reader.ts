/** Reads sealed bytes from packs. */
import { isKluisError } from "@kluis/domain";
import { damaged, missingAsNull } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { movedName, packName } from "../names.ts";
import { openTable, type PackItem, parseTrailer, TRAILER_BYTES } from "../pack/table.ts";
import type { BlobStore } from "../store/port.ts";
import type { ChunkPlace } from "../types.ts";
import { LruCache } from "./lru.ts";
import { decodeMovedTable, type MovedTable } from "./moved.ts";

/** Unit of cached reads: nodes are side by side, so a page saves requests for the neighbors. */
const PAGE_BYTES = 131_072;
/** 4,096 packs of 8 MiB: the data of a large restore; a key costs one hash to derive again. */
const KEY_CACHE_ENTRIES = 4096;
/** Holds the table of nearly every pack, so that one request reads it. */
const TABLE_GUESS_BYTES = 65_536;
const MOVED_CACHE_BYTES = 4 * 1024 * 1024;
/** Approximate memory of one entry of a moved table. */
const MOVED_ENTRY_BYTES = 64;

/** Sealed bytes with their present place: after a compaction, another than requested. */
export interface Located {
  readonly place: ChunkPlace;
  readonly sealed: Buffer;
}

/** Reads ranges of packs and follows moved tables. Does not open the content. */
export class PackReader {
  private readonly store: BlobStore;
  private readonly keys: VaultKeys;
  private readonly pages: LruCache<Buffer>;
  private readonly moved = new LruCache<MovedTable>(MOVED_CACHE_BYTES);
  private readonly packKeys = new Map<string, Buffer>();

  constructor(store: BlobStore, keys: VaultKeys, pageCacheBytes: number) {
    this.store = store;
    this.keys = keys;
    this.pages = new LruCache(pageCacheBytes);
  }

  keyOf(pack: string): Buffer {
    let key = this.packKeys.get(pack);
    if (key === undefined) {
      key = this.keys.packKey(Buffer.from(pack, "hex"));
      if (this.packKeys.size >= KEY_CACHE_ENTRIES) this.packKeys.clear();
      this.packKeys.set(pack, key);
    }
    return key;
  }

  /** Reads a small item through cached pages of the pack. */
  readPaged(place: ChunkPlace, signal: AbortSignal): Promise<Located> {
    return this.following(place, signal, (at) => this.throughPages(at, signal));
  }

  /** Reads a range of one pack in one request. */
  async readRange(
    pack: string,
    range: { readonly offset: number; readonly length: number },
    signal: AbortSignal,
  ): Promise<Buffer> {
    const bytes = await this.store.get(packName(pack), { ...range, signal });
    if (bytes.length !== range.length) throw damaged(packName(pack), "it ends early");
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  readWhole(place: ChunkPlace, signal: AbortSignal): Promise<Located> {
    return this.following(place, signal, (at) => this.readRange(at.pack, at, signal));
  }

  /** The new place of an item of a compacted pack; null when the pack has no moved table. */
  async locate(place: ChunkPlace, signal: AbortSignal): Promise<ChunkPlace | null> {
    const table = await this.movedTable(place.pack, signal);
    return table?.get(place.offset) ?? null;
  }

  /** A pack's table of contents. */
  async readTable(pack: string, bytes: number, signal: AbortSignal): Promise<PackItem[]> {
    const name = packName(pack);
    const guess = Math.min(bytes, TABLE_GUESS_BYTES);
    let tail = await this.readRange(pack, { offset: bytes - guess, length: guess }, signal);
    try {
      const { tableBytes } = parseTrailer(tail.subarray(Math.max(0, tail.length - TRAILER_BYTES)));
      const wanted = tableBytes + TRAILER_BYTES;
      if (wanted > bytes) throw new RangeError("a table longer than the pack");
      if (wanted > tail.length) {
        tail = await this.readRange(pack, { offset: bytes - wanted, length: wanted }, signal);
      }
      return openTable(tail.subarray(tail.length - wanted), {
        id: Buffer.from(pack, "hex"),
        key: this.keyOf(pack),
        bytes,
      });
    } catch (error) {
      if (isKluisError(error)) throw error;
      throw damaged(name, "its table of contents does not open", error);
    }
  }

  private async following(
    place: ChunkPlace,
    signal: AbortSignal,
    read: (place: ChunkPlace) => Promise<Buffer>,
  ): Promise<Located> {
    let at = place;
    for (;;) {
      try {
        return { place: at, sealed: await read(at) };
      } catch (error) {
        const next = isKluisError(error, "VAULT_OBJECT_MISSING") ? await this.locate(at, signal) : null;
        if (next === null) throw error;
        at = next;
      }
    }
  }

  private async throughPages(place: ChunkPlace, signal: AbortSignal): Promise<Buffer> {
    const first = Math.floor(place.offset / PAGE_BYTES);
    const last = Math.floor((place.offset + place.length - 1) / PAGE_BYTES);
    const pieces: Buffer[] = [];
    for (let page = first; page <= last; page++) pieces.push(await this.page(place.pack, page, signal));
    const start = place.offset - first * PAGE_BYTES;
    const whole = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    const bytes = whole.subarray(start, start + place.length);
    if (bytes.length !== place.length) throw damaged(packName(place.pack), "it ends early");
    return bytes;
  }

  private async page(pack: string, page: number, signal: AbortSignal): Promise<Buffer> {
    const load = async () => {
      const range = { offset: page * PAGE_BYTES, length: PAGE_BYTES };
      const bytes = await this.store.get(packName(pack), { ...range, signal });
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    };
    return this.pages.get(`${pack}/${page}`, load, (bytes) => bytes.length);
  }

  private async movedTable(pack: string, signal: AbortSignal): Promise<MovedTable | null> {
    const name = movedName(pack);
    const load = async () => {
      const bytes = Buffer.from(await this.store.get(name, { signal }));
      try {
        return decodeMovedTable(pack, bytes, this.keys.manifestKey);
      } catch (error) {
        throw damaged(name, "it does not open", error);
      }
    };
    return missingAsNull(this.moved.get(pack, load, (table) => table.size * MOVED_ENTRY_BYTES));
  }
}
