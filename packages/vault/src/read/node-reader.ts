/** Reads nodes of chunk maps. */
import { isKluisError } from "@kluis/domain";
import { FAN_OUT } from "../constants.ts";
import { damaged } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { decodeInner, type Inner, innerDigests } from "../map/inner.ts";
import { decodeLeaf, type Leaf, leafDigests } from "../map/leaf.ts";
import { maskOf } from "../map/node-codec.ts";
import { packName } from "../names.ts";
import type { NodePlace } from "../node-ref.ts";
import { ITEM_NODE, itemContext, itemNonce, unsealRaw } from "../seal.ts";
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

/** Opens and authenticates nodes, and checks their digest against the reference. */
export class NodeReader {
  readonly packs: PackReader;
  private readonly keys: VaultKeys;

  constructor(packs: PackReader, keys: VaultKeys) {
    this.packs = packs;
    this.keys = keys;
  }

  async leaf(place: NodePlace, signal: AbortSignal): Promise<Leaf> {
    return this.node(place, signal, (bytes) => {
      const leaf = decodeLeaf(bytes);
      return { node: leaf, digest: this.keys.leafDigest(maskOf(leaf.blocks), leafDigests(leaf)) };
    });
  }

  async inner(place: NodePlace, signal: AbortSignal): Promise<Inner> {
    return this.node(place, signal, (bytes) => {
      const inner = decodeInner(bytes);
      if (inner.level !== place.level) throw new RangeError("a node of another level");
      return {
        node: inner,
        digest: this.keys.innerDigest(inner.level, maskOf(inner.children), innerDigests(inner)),
      };
    });
  }

  /** The leaves below a node in a range of windows, ascending. `first`: the first window that the node spans. */
  async *leaves(
    { place, first }: { readonly place: NodePlace; readonly first: number },
    range: WindowRange,
    signal: AbortSignal,
  ): AsyncGenerator<WindowLeaf> {
    signal.throwIfAborted();
    if (place.level === 0) {
      yield { window: first, place, leaf: await this.leaf(place, signal) };
      return;
    }
    const inner = await this.inner(place, signal);
    const span = FAN_OUT ** (place.level - 1);
    for (const [i, child] of inner.children.entries()) {
      const start = first + i * span;
      if (child !== null && start < range.to && start + span > range.from) {
        yield* this.leaves({ place: child, first: start }, range, signal);
      }
    }
  }

  private async node<T>(
    place: NodePlace,
    signal: AbortSignal,
    decode: (bytes: Buffer) => { readonly node: T; readonly digest: Buffer },
  ): Promise<T> {
    const found = await this.packs.readPaged(place, signal);
    const id = Buffer.from(place.digest, "hex");
    try {
      const { pack, offset } = found.place;
      const context = itemContext(ITEM_NODE, id);
      const { node, digest } = decode(
        unsealRaw(found.sealed, { key: this.packs.keyOf(pack), nonce: itemNonce(offset), context }),
      );
      if (!digest.equals(id)) throw new RangeError("a node with another digest");
      return node;
    } catch (error) {
      if (isKluisError(error)) throw error;
      throw damaged(
        packName(found.place.pack),
        `the chunk map's node at ${found.place.offset} does not open`,
        error,
      );
    }
  }
}
