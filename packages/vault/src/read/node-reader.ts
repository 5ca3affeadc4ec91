/** Reads nodes of chunk maps. */
import { isDamage, isKluisError, type KluisError } from "@kluis/domain/core";
import { FAN_OUT } from "../constants.ts";
import { damagedAt } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { decodeInner, type Inner, innerDigests, type ListPlace } from "../map/inner.ts";
import { decodeLeaf, type Leaf, leafDigests } from "../map/leaf.ts";
import { maskOf } from "../map/node-codec.ts";
import { decodePackList, type ListedPack } from "../map/pack-list.ts";
import { packName } from "../names.ts";
import type { NodePlace } from "../node-ref.ts";
import { ITEM_LIST, ITEM_NODE, itemContext, itemNonce, unsealRaw } from "../seal.ts";
import type { ChunkPlace } from "../types.ts";
import { LruCache } from "./lru.ts";
import type { PackReader } from "./pack-reader.ts";

export interface WindowLeaf {
  /** Index of the window on the disk. */
  readonly window: number;
  readonly place: NodePlace;
  readonly leaf: Leaf;
}

/** Windows [from, to) of a disk. */
export interface WindowRange {
  readonly from: number;
  readonly to: number;
}

/** Where a walk over leaves begins. */
export interface LeavesBelow {
  readonly place: NodePlace;
  /** The first window that the node spans. */
  readonly first: number;
  /** Gets the windows of a damaged node, and the walk continues. Without it, damage ends the walk. */
  readonly onDamaged?: ((windows: WindowRange, error: KluisError) => void) | undefined;
}

/** Memory of decoded nodes, about: a restore meets each leaf once for the list of ranges and once for its content. */
const DECODED_BYTES = 2 * 1024 * 1024;
const ENTRY_BYTES = 256;

/** Opens and authenticates nodes, and checks their digest against the reference. */
export class NodeReader {
  readonly packs: PackReader;
  private readonly keys: VaultKeys;
  private readonly leafCache = new LruCache<Leaf>(DECODED_BYTES);
  private readonly innerCache = new LruCache<Inner>(DECODED_BYTES);

  constructor(packs: PackReader, keys: VaultKeys) {
    this.packs = packs;
    this.keys = keys;
  }

  leaf(place: NodePlace, signal: AbortSignal): Promise<Leaf> {
    const load = () =>
      this.node(place, signal, (bytes) => {
        const leaf = decodeLeaf(bytes);
        return { node: leaf, digest: this.keys.leafDigest(maskOf(leaf.blocks), leafDigests(leaf)) };
      });
    return this.leafCache.get(cacheKey(place), load, ({ blocks }) => blocks.length * ENTRY_BYTES);
  }

  inner(place: NodePlace, signal: AbortSignal): Promise<Inner> {
    const load = () =>
      this.node(place, signal, (bytes) => {
        const inner = decodeInner(bytes);
        if (inner.level !== place.level) throw new RangeError("a node of another level");
        const digest = this.keys.innerDigest(inner.level, maskOf(inner.children), innerDigests(inner));
        return { node: inner, digest };
      });
    return this.innerCache.get(cacheKey(place), load, ({ children }) => children.length * ENTRY_BYTES);
  }

  /** The leaves below a node in a range of windows, ascending. */
  async *leaves(start: LeavesBelow, range: WindowRange, signal: AbortSignal): AsyncGenerator<WindowLeaf> {
    const { place, first } = start;
    signal.throwIfAborted();
    if (place.level === 0) {
      const leaf = await this.orDamaged(start, () => this.leaf(place, signal));
      if (leaf !== null) yield { window: first, place, leaf };
      return;
    }
    const inner = await this.orDamaged(start, () => this.inner(place, signal));
    if (inner === null) return;
    const span = FAN_OUT ** (place.level - 1);
    for (const [i, child] of inner.children.entries()) {
      const at = first + i * span;
      if (child !== null && at < range.to && at + span > range.from)
        yield* this.leaves({ ...start, place: child, first: at }, range, signal);
    }
  }

  /** Null for a damaged node, when the caller takes its windows as damaged. */
  private async orDamaged<T>(
    { place, first, onDamaged }: LeavesBelow,
    read: () => Promise<T>,
  ): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (onDamaged === undefined || !isDamage(error)) throw error;
      onDamaged({ from: first, to: first + FAN_OUT ** place.level }, error);
      return null;
    }
  }

  /** The packs of a segment: `inner.list` of its level-2 node. */
  packList({ id, ...place }: ListPlace, signal: AbortSignal): Promise<ListedPack[]> {
    const item = { kind: ITEM_LIST, id: Buffer.from(id, "hex"), what: "the pack list" } as const;
    return this.open(place, signal, {
      ...item,
      decode: (bytes) => {
        if (!this.keys.packListId(bytes).equals(item.id)) throw new RangeError("a pack list with another id");
        return decodePackList(bytes);
      },
    });
  }

  private node<T>(
    place: NodePlace,
    signal: AbortSignal,
    decode: (bytes: Buffer) => { readonly node: T; readonly digest: Buffer },
  ): Promise<T> {
    const id = Buffer.from(place.digest, "hex");
    return this.open(place, signal, {
      kind: ITEM_NODE,
      id,
      what: "the chunk map's node",
      decode: (bytes) => {
        const { node, digest } = decode(bytes);
        if (!digest.equals(id)) throw new RangeError("a node with another digest");
        return node;
      },
    });
  }

  private open<T>(
    place: ChunkPlace,
    signal: AbortSignal,
    { kind, id, what, decode }: SealedItem<T>,
  ): Promise<T> {
    const context = itemContext(kind, id);
    return this.packs.moved.follow(place, signal, async (at, fresh) => {
      const pack = { pack: at.pack, kind: "nodes" } as const;
      const sealed = await this.packs.readPaged({ ...at, ...pack, fresh }, signal);
      try {
        return decode(
          unsealRaw(sealed, { key: this.packs.keyOf(pack), nonce: itemNonce(at.offset), context }),
        );
      } catch (error) {
        if (isKluisError(error)) throw error;
        throw damagedAt(
          { object: packName(pack), offset: at.offset },
          `${what} at ${at.offset} does not open`,
          error,
        );
      }
    });
  }
}

/** A node's place and digest: another node at the same place does not open as this one. */
const cacheKey = ({ pack, offset, level, digest }: NodePlace): string =>
  `${pack}:${offset}:${level}:${digest}`;

interface SealedItem<T> {
  readonly kind: typeof ITEM_NODE | typeof ITEM_LIST;
  readonly id: Buffer;
  readonly what: string;
  readonly decode: (bytes: Buffer) => T;
}
