/** Reads sealed bytes from packs. */
import { isKluisError } from "@kluis/domain/core";
import { damaged, damagedAt, damagedTable } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { MAX_PACK_BYTES } from "../maxima.ts";
import { packName } from "../names.ts";
import type { PackRef } from "../pack/kind.ts";
import { openTable, PACK_HEAD, type PackItem, parseTrailer, TRAILER_BYTES } from "../pack/table.ts";
import type { BlobStore } from "../store/port.ts";
import type { ChunkPlace } from "../types.ts";
import type { FileRange } from "../workers/tasks.ts";
import { LruCache } from "./lru.ts";
import { MovedReader } from "./moved-reader.ts";

/** Unit of cached reads: nodes are side by side, so a page saves requests for the neighbors. */
const PAGE_BYTES = 131_072;
/** 4,096 packs of 8 MiB: the data of a large restore; a key costs one hash to derive again. */
const KEY_CACHE_ENTRIES = 4096;
/** Holds the table of nearly every pack, so that one request reads it. */
const TABLE_GUESS_BYTES = 65_536;

interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Reads ranges of packs and follows moved tables. Does not open the content. */
export class PackReader {
  readonly moved: MovedReader;
  private readonly store: BlobStore;
  private readonly keys: VaultKeys;
  private readonly pages: LruCache<Buffer>;
  private readonly packKeys = new Map<string, Buffer>();

  constructor(store: BlobStore, keys: VaultKeys, pageCacheBytes: number) {
    this.store = store;
    this.keys = keys;
    this.pages = new LruCache(pageCacheBytes);
    this.moved = new MovedReader(store, keys);
  }

  /** @throws KluisError VAULT_KEY_WRONG when the keyring lacks the pack's epoch */
  keyOf({ pack, kind }: PackRef): Buffer {
    const id = `${kind}/${pack}`;
    let key = this.packKeys.get(id);
    if (key === undefined) {
      key = this.keys.packKey(Buffer.from(pack, "hex"), kind);
      if (this.packKeys.size >= KEY_CACHE_ENTRIES) this.packKeys.clear();
      this.packKeys.set(id, key);
    }
    return key;
  }

  /** Reads a small item through cached pages of the pack. `fresh`: pages that were read before are read again. */
  async readPaged(
    { pack, kind, offset, length, fresh = false }: ChunkPlace & PackRef & { readonly fresh?: boolean },
    signal: AbortSignal,
  ): Promise<Buffer> {
    const first = Math.floor(offset / PAGE_BYTES);
    const last = Math.floor((offset + length - 1) / PAGE_BYTES);
    if (fresh) for (let page = first; page <= last; page++) this.pages.drop(pageKey({ pack, kind }, page));
    const pieces: Buffer[] = [];
    for (let page = first; page <= last; page++) pieces.push(await this.page({ pack, kind }, page, signal));
    const start = offset - first * PAGE_BYTES;
    const whole = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    const bytes = whole.subarray(start, start + length);
    if (bytes.length !== length)
      throw damagedAt({ object: packName({ pack, kind }), offset }, "it ends early");
    return bytes;
  }

  /** A range of a pack as part of a file; null for a store whose objects are not files. */
  rangeOf(
    pack: PackRef,
    { offset, end }: { readonly offset: number; readonly end: number },
  ): FileRange | null {
    const path = this.store.fileOf?.(packName(pack));
    return path === undefined ? null : { path, offset, length: end - offset };
  }

  /** Reads a range of one pack in one request. */
  async readRange(pack: PackRef, { offset, length }: Range, signal: AbortSignal): Promise<Buffer> {
    const bytes = await this.store.get(packName(pack), { offset, length, signal });
    if (bytes.length !== length) throw damagedAt({ object: packName(pack), offset }, "it ends early");
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A pack's table of contents. `bytes`: the size of the object. @throws KluisError VAULT_DATA_DAMAGED */
  async readTable(pack: PackRef, bytes: number, signal: AbortSignal): Promise<PackItem[]> {
    const name = packName(pack);
    if (bytes > MAX_PACK_BYTES) throw damaged(name, "it is larger than a pack may be");
    const guess = Math.min(bytes, TABLE_GUESS_BYTES);
    let tail = await this.readRange(pack, { offset: bytes - guess, length: guess }, signal);
    try {
      const { tableBytes } = parseTrailer(tail.subarray(Math.max(0, tail.length - TRAILER_BYTES)));
      const wanted = tableBytes + TRAILER_BYTES;
      if (wanted + PACK_HEAD.length > bytes) throw new RangeError("a table longer than the pack");
      if (wanted > tail.length) {
        tail = await this.readRange(pack, { offset: bytes - wanted, length: wanted }, signal);
      }
      const id = Buffer.from(pack.pack, "hex");
      return openTable(tail.subarray(tail.length - wanted), {
        id,
        kind: pack.kind,
        key: this.keyOf(pack),
        bytes,
      });
    } catch (error) {
      if (isKluisError(error)) throw error;
      throw damagedTable({ object: name, offset: bytes }, "its table of contents does not open", error);
    }
  }

  private async page(pack: PackRef, page: number, signal: AbortSignal): Promise<Buffer> {
    const load = async () => {
      const range = { offset: page * PAGE_BYTES, length: PAGE_BYTES };
      const bytes = await this.store.get(packName(pack), { ...range, signal });
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    };
    return this.pages.get(pageKey(pack, page), load, (bytes) => bytes.length);
  }
}

const pageKey = (pack: PackRef, page: number): string => `${packName(pack)}/${page}`;
