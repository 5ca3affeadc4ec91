/**
 * Compaction: the items of packs that are still needed are sealed again in new packs, and moved tables lead readers of older maps to
 * them (docs/vault-format.md, Compaction). The old packs stay; the caller deletes them later.
 *
 * Everything is create-only, so that a run can be killed at any instruction, repeated, or done twice at once: what a killed run stored
 * is garbage, or a second way to the same bytes.
 */
import { createHash } from "node:crypto";
import { isDamage, type KluisError, placeKey } from "@kluis/domain/core";
import type { HealedItem } from "../damage/places.ts";
import { storeMoved } from "../damage/store-moved.ts";
import { damagedAt } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { MAX_PACK_BYTES, readObject } from "../maxima.ts";
import { packName } from "../names.ts";
import type { PackKind } from "../pack/kind.ts";
import { PackWriter } from "../pack/writer.ts";
import type { PackReader } from "../read/pack-reader.ts";
import {
  decrypt,
  ITEM_CHUNK,
  type ItemKind,
  itemContext,
  itemNonce,
  type Packed,
  packKindOfItem,
  unseal,
} from "../seal.ts";
import type { BlobStore } from "../store/port.ts";
import type { ChunkIndex, ChunkPlace, TransferLimits } from "../types.ts";
import type { LiveItem } from "./live.ts";

export interface CompactParts {
  readonly store: BlobStore;
  readonly keys: VaultKeys;
  readonly packs: PackReader;
  readonly limits: TransferLimits;
}

export interface CompactOptions {
  /** Packs of one kind that are to be replaced. */
  readonly packs: readonly string[];
  readonly kind: PackKind;
  /** Their items that are needed, by the places that maps name: in these packs, or in packs whose items moved to them. */
  readonly items: readonly LiveItem[];
  /** Gets the new packs. A chunk that it has elsewhere is not stored again: two backups at once stored it twice. */
  readonly index: ChunkIndex;
  readonly signal: AbortSignal;
}

export interface CompactResult {
  /** New places by the places that maps name. Moved tables lead to them, and all is durable. */
  readonly moved: readonly HealedItem[];
  /** Packs of the request that keep their items: some of them do not open. */
  readonly failed: readonly { readonly pack: string; readonly error: KluisError }[];
  /** Bytes of the new packs. */
  readonly storedBytes: number;
  /** Sealed bytes that another pack has, so that they were not stored again. */
  readonly releasedBytes: number;
}

/** An item where it is now. */
interface Located {
  readonly kind: ItemKind;
  readonly id: Buffer;
  readonly place: ChunkPlace;
  readonly plainLength: number;
  /** The places by which maps name it. */
  readonly names: { readonly pack: string; readonly offset: number }[];
}

interface Copied {
  readonly item: Located;
  readonly to: ChunkPlace;
  /** SHA-256 of codec and payload; null: it was there before, and compared. */
  readonly digest: Buffer | null;
}

const digestOf = (opened: Uint8Array): Buffer => createHash("sha256").update(opened).digest();

export async function compactPacks(parts: CompactParts, options: CompactOptions): Promise<CompactResult> {
  const located = await locate(parts, options);
  const work = new Compaction(parts, options);
  const copied: Copied[] = [];
  const failed: { pack: string; error: KluisError }[] = [];
  for (const pack of options.packs) {
    try {
      copied.push(...(await work.copy(pack, located.get(pack) ?? [])));
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isDamage(error)) {
        await work.writer.abandon();
        throw error;
      }
      failed.push({ pack, error });
    }
  }
  await work.writer.finish();
  await work.compare(copied);
  const moved = copied.flatMap(({ item, to }) => item.names.map((name) => ({ ...name, place: to })));
  const { store, keys } = parts;
  await storeMoved(moved, { store, keys, signal: options.signal });
  return { moved, failed, storedBytes: work.writer.storedBytes, releasedBytes: work.releasedBytes };
}

/** Where the items are in the packs of the request, by pack. A map may name a pack whose items moved to one of them. */
async function locate(
  { packs }: CompactParts,
  { packs: ids, kind, items, signal }: CompactOptions,
): Promise<ReadonlyMap<string, readonly Located[]>> {
  const wanted = new Set(ids);
  const found = new Map<string, Map<string, Located>>();
  const take = (item: LiveItem, place: ChunkPlace): void => {
    const inPack = found.get(place.pack) ?? new Map<string, Located>();
    found.set(place.pack, inPack);
    const { pack, offset, id, plainLength } = item;
    const known = inPack.get(placeKey(place));
    if (known !== undefined) known.names.push({ pack, offset });
    else {
      const facts = { kind: item.kind, id: Buffer.from(id, "hex"), plainLength };
      inPack.set(placeKey(place), { ...facts, place, names: [{ pack, offset }] });
    }
  };
  for (const item of items) {
    if (packKindOfItem(item.kind) !== kind) continue;
    if (wanted.has(item.pack)) take(item, item);
    else {
      for await (const place of packs.moved.reachable(item, signal, false)) {
        if (!wanted.has(place.pack)) continue;
        take(item, place);
        break;
      }
    }
  }
  const byOffset = (a: Located, b: Located): number => a.place.offset - b.place.offset;
  return new Map([...found].map(([pack, inPack]) => [pack, [...inPack.values()].toSorted(byOffset)]));
}

class Compaction {
  readonly writer: PackWriter;
  releasedBytes = 0;
  private readonly parts: CompactParts;
  private readonly options: CompactOptions;

  constructor(parts: CompactParts, options: CompactOptions) {
    this.parts = parts;
    this.options = options;
    const { index, signal } = options;
    this.writer = new PackWriter({ ...parts, index, signal });
  }

  /** Seals the items of a pack again, all of them or none. */
  async copy(pack: string, items: readonly Located[]): Promise<Copied[]> {
    if (items.length === 0) return [];
    const { store } = this.parts;
    const { kind, signal } = this.options;
    const bytes = await readObject(store, packName({ pack, kind }), { most: MAX_PACK_BYTES, signal });
    const opened = items.map((item) => ({ item, content: this.open(item, item.place, bytes) }));
    const elsewhere = await this.elsewhere(items);
    const copied: Copied[] = [];
    for (const { item, content } of opened) {
      const there = elsewhere.get(item.id.toString("hex"));
      if (there !== undefined && (await this.isSame(item, bytes, there))) {
        this.releasedBytes += item.place.length;
        copied.push({ item, to: there, digest: null });
        continue;
      }
      const packed: Packed = {
        codec: content[0] ?? 0,
        payload: content.subarray(1),
        own: false,
        plainLength: item.plainLength,
      };
      const to = await this.writer.add(item.kind, item.id, packed);
      copied.push({ item, to, digest: digestOf(content) });
    }
    return copied;
  }

  /** Opens what was stored and compares it: the new packs are about to be the only ones with this content. */
  async compare(copied: readonly Copied[]): Promise<void> {
    const { kind, signal } = this.options;
    const byPack = new Map<string, Copied[]>();
    for (const one of copied)
      if (one.digest !== null) byPack.set(one.to.pack, [...(byPack.get(one.to.pack) ?? []), one]);
    for (const [pack, inPack] of byPack) {
      const name = packName({ pack, kind });
      const bytes = await readObject(this.parts.store, name, { most: MAX_PACK_BYTES, signal });
      for (const { item, to, digest } of inPack) {
        const content = this.open(item, to, bytes);
        if (digest?.equals(digestOf(content)) !== true)
          throw damagedAt({ object: name, offset: to.offset }, "it is not what was stored");
      }
    }
  }

  /** Chunks that the index has in other packs. */
  private async elsewhere(items: readonly Located[]): Promise<ReadonlyMap<string, ChunkPlace>> {
    const { index, packs, kind } = this.options;
    if (kind !== "chunks") return new Map();
    const found = await index.lookup(items.map(({ id }) => id.toString("hex")));
    const leaving = new Set(packs);
    return new Map([...found].filter(([, place]) => !leaving.has(place.pack)));
  }

  /** Codec and payload. @throws KluisError VAULT_DATA_DAMAGED naming the item */
  private open({ kind, id }: Located, place: ChunkPlace, bytes: Buffer): Buffer {
    const pack = { pack: place.pack, kind: this.options.kind };
    const sealed = bytes.subarray(place.offset, place.offset + place.length);
    const context = { key: this.parts.packs.keyOf(pack), nonce: itemNonce(place.offset) };
    try {
      return decrypt(sealed, { ...context, context: itemContext(kind, id) });
    } catch (error) {
      const { offset } = place;
      throw damagedAt({ object: packName(pack), offset }, `the item at ${offset} does not open`, error);
    }
  }

  /** Whether another pack really has the chunk, byte by byte. */
  private async isSame({ id, place, plainLength }: Located, bytes: Buffer, there: ChunkPlace) {
    const { packs } = this.parts;
    const { kind, signal } = this.options;
    const context = itemContext(ITEM_CHUNK, id);
    const open = async (at: ChunkPlace, sealed: Buffer): Promise<Buffer> =>
      unseal(
        sealed,
        { key: packs.keyOf({ pack: at.pack, kind }), nonce: itemNonce(at.offset), context },
        plainLength,
      );
    const own = await open(place, bytes.subarray(place.offset, place.offset + place.length));
    try {
      const sealed = await packs.readRange({ pack: there.pack, kind }, there, signal);
      return own.equals(await open(there, sealed));
    } catch (error) {
      signal.throwIfAborted();
      // The other one is damaged or gone, or not what the index says: this one is copied.
      if (isDamage(error) || error instanceof RangeError || isCipherError(error)) return false;
      throw error;
    }
  }
}

/** What node:crypto throws for content that does not authenticate. */
function isCipherError(error: unknown): boolean {
  return error instanceof Error && /unable to authenticate data/i.test(error.message);
}
