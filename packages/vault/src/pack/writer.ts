/** Fills packs and stores them. */
import { isKluisError } from "@kluis/domain/core";
import type { VaultKeys } from "../keys/derive.ts";
import { MAX_PACK_BYTES, MAX_PACK_ITEMS, MAX_TABLE_BYTES } from "../maxima.ts";
import { free } from "../memory.ts";
import { packName } from "../names.ts";
import { ITEM_CHUNK, type ItemKind, type Packed, packKindOfItem } from "../seal.ts";
import type { BlobStore } from "../store/port.ts";
import type { ChunkIndex, ChunkPlace, TransferLimits } from "../types.ts";
import { type FinishedPack, PackAssembler } from "./assembler.ts";
import { type PackKind, packKinds } from "./kind.ts";

export interface PackWriterParts {
  readonly store: BlobStore;
  readonly keys: VaultKeys;
  readonly index: ChunkIndex;
  readonly limits: TransferLimits;
  readonly signal: AbortSignal;
}

/** Most bytes of a pack before its table: with the largest table it stays below the maximum of a pack. */
const MOST_PACK_BYTES = MAX_PACK_BYTES - MAX_TABLE_BYTES - 2 * 1024 * 1024;

/**
 * Seals items into packs, stores each full pack and then adds it to the index: an index entry promises durable bytes.
 * Fills one pack of each kind at a time. After the first error every later call throws it.
 */
export class PackWriter {
  storedBytes = 0;
  chunkBytes = 0;
  private readonly parts: PackWriterParts;
  private readonly open = new Map<PackKind, PackAssembler>();
  private readonly uploads = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  constructor(parts: PackWriterParts) {
    this.parts = parts;
  }

  /** Seals an item into the open pack of its kind. Waits for an upload slot when the pack is full. */
  async add(kind: ItemKind, id: Buffer, item: Packed): Promise<ChunkPlace> {
    this.check();
    const packKind = packKindOfItem(kind);
    const most = Math.min(this.parts.limits.packBytes, MOST_PACK_BYTES);
    const full = this.open.get(packKind);
    if (full !== undefined && (full.bytes + item.payload.length > most || full.count === MAX_PACK_ITEMS))
      await this.cut(packKind);
    const pack = this.open.get(packKind) ?? new PackAssembler(this.parts.keys, packKind);
    this.open.set(packKind, pack);
    const place = pack.add(kind, id, item);
    if (kind === ITEM_CHUNK) this.chunkBytes += place.length;
    return place;
  }

  /** Stores the open packs and waits until every pack is durable. */
  async finish(): Promise<void> {
    this.check();
    for (const kind of packKinds) await this.cut(kind);
    await Promise.all(this.uploads);
    this.check();
  }

  /** After an error elsewhere: waits for the uploads in progress. Stored packs remain as garbage. */
  async abandon(): Promise<void> {
    this.open.clear();
    await Promise.allSettled(this.uploads);
  }

  private check(): void {
    if (this.failure !== null) throw this.failure.error;
  }

  private async cut(kind: PackKind): Promise<void> {
    const open = this.open.get(kind);
    if (open === undefined) return;
    const { uploads } = this.parts.limits;
    await uploads.acquire(1, this.parts.signal);
    this.open.delete(kind);
    const upload = this.upload(open).finally(() => {
      uploads.release(1);
      this.uploads.delete(upload);
    });
    this.uploads.add(upload);
  }

  private async upload(assembler: PackAssembler): Promise<void> {
    try {
      const finished = assembler.finish();
      await this.parts.limits.rate?.take(finished.bytes, this.parts.signal);
      await this.store(finished);
      for (const part of finished.parts) free(part);
      const { pack, kind, bytes, items } = finished;
      this.storedBytes += bytes;
      const entries = items.filter((item) => item.kind === ITEM_CHUNK);
      await this.parts.index.add({ pack, kind, bytes }, entries);
    } catch (error) {
      this.failure ??= { error };
    }
  }

  /** Accepts an existing object of the pack's random name and size: a request whose answer got lost stored it. */
  private async store(pack: FinishedPack): Promise<void> {
    const { store, signal } = this.parts;
    const name = packName(pack);
    try {
      await store.put(name, pack.parts, signal);
    } catch (error) {
      const there = isKluisError(error, "VAULT_OBJECT_EXISTS") ? await store.head(name, signal) : null;
      if (there?.bytes !== pack.bytes) throw error;
    }
  }
}
