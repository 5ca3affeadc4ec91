/** Fills packs and stores them. */
import { isKluisError } from "@kluis/domain";
import type { VaultKeys } from "../keys/derive.ts";
import { free } from "../memory.ts";
import { packName } from "../names.ts";
import { ITEM_CHUNK, type ItemKind, type Packed } from "../seal.ts";
import type { BlobStore } from "../store/port.ts";
import type { ChunkIndex, ChunkPlace, TransferLimits } from "../types.ts";
import { type FinishedPack, PackAssembler } from "./assembler.ts";

export interface PackWriterParts {
  readonly store: BlobStore;
  readonly keys: VaultKeys;
  readonly index: ChunkIndex;
  readonly limits: TransferLimits;
  readonly signal: AbortSignal;
}

/**
 * Seals items into packs, stores each full pack and then adds it to the index: an index entry promises durable bytes.
 * After the first error every later call throws it.
 */
export class PackWriter {
  storedBytes = 0;
  chunkBytes = 0;
  private readonly parts: PackWriterParts;
  private open: PackAssembler | null = null;
  private readonly uploads = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  constructor(parts: PackWriterParts) {
    this.parts = parts;
  }

  /** Seals an item into the open pack. Waits for an upload slot when the pack is full. */
  async add(kind: ItemKind, id: Buffer, item: Packed): Promise<ChunkPlace> {
    this.check();
    if (this.open !== null && this.open.bytes + item.payload.length > this.parts.limits.packBytes)
      await this.cut();
    this.open ??= new PackAssembler(this.parts.keys);
    const place = this.open.add(kind, id, item);
    if (kind === ITEM_CHUNK) this.chunkBytes += place.length;
    return place;
  }

  /** Stores the open pack and waits until every pack is durable. */
  async finish(): Promise<void> {
    this.check();
    await this.cut();
    await Promise.all(this.uploads);
    this.check();
  }

  /** After an error elsewhere: waits for the uploads in progress. Stored packs remain as garbage. */
  async abandon(): Promise<void> {
    this.open = null;
    await Promise.allSettled(this.uploads);
  }

  private check(): void {
    if (this.failure !== null) throw this.failure.error;
  }

  private async cut(): Promise<void> {
    const { open } = this;
    if (open === null) return;
    const { uploads } = this.parts.limits;
    await uploads.acquire(1, this.parts.signal);
    this.open = null;
    const upload = this.upload(open).finally(() => {
      uploads.release(1);
      this.uploads.delete(upload);
    });
    this.uploads.add(upload);
  }

  private async upload(assembler: PackAssembler): Promise<void> {
    try {
      const pack = assembler.finish();
      await this.store(pack);
      for (const part of pack.parts) free(part);
      this.storedBytes += pack.bytes;
      const entries = pack.items.filter((item) => item.kind === ITEM_CHUNK);
      await this.parts.index.add({ pack: pack.pack, bytes: pack.bytes }, entries);
    } catch (error) {
      this.failure ??= { error };
    }
  }

  /** Accepts an existing object of the pack's random name and size: a request whose answer got lost stored it. */
  private async store({ pack, parts, bytes }: FinishedPack): Promise<void> {
    const { store, signal } = this.parts;
    try {
      await store.put(packName(pack), parts, signal);
    } catch (error) {
      const there = isKluisError(error, "VAULT_OBJECT_EXISTS")
        ? await store.head(packName(pack), signal)
        : null;
      if (there?.bytes !== bytes) throw error;
    }
  }
}
