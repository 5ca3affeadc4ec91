/** Which items of some packs the maps of recovery points need: what a compaction must copy. Reads nodes only, each shared one once. */
import { placeKey } from "@kluis/domain/core";
import { BLOCK_BYTES, SEGMENT_LEVEL } from "../constants.ts";
import { leafChunks } from "../map/leaf.ts";
import type { NodePlace } from "../node-ref.ts";
import type { NodeReader } from "../read/node-reader.ts";
import { ITEM_CHUNK, ITEM_LIST, ITEM_NODE, type ItemKind, SEAL_OVERHEAD } from "../seal.ts";
import type { ChunkPlace } from "../types.ts";

/** An item of a pack, by the place that a map names. */
export interface LiveItem extends ChunkPlace {
  readonly kind: ItemKind;
  /** Chunk id, node digest or id of a pack list, hex. */
  readonly id: string;
  readonly plainLength: number;
}

export class LiveWalk {
  private readonly nodes: NodeReader;
  private readonly packs: ReadonlySet<string>;
  private readonly found = new Map<string, LiveItem>();
  /** Groups of windows below which everything was found. */
  private readonly seen = new Set<string>();

  constructor(nodes: NodeReader, packs: ReadonlySet<string>) {
    this.nodes = nodes;
    this.packs = packs;
  }

  items(): readonly LiveItem[] {
    return [...this.found.values()];
  }

  /**
   * Finds the items of the packs that a node of level 2 or above needs.
   * @returns the nodes below it that were not looked at: those of level 2 and above
   * @throws KluisError naming an object that cannot be read: what it needs is unknown, so no pack may lose its items
   */
  async below(place: NodePlace, signal: AbortSignal): Promise<readonly NodePlace[]> {
    signal.throwIfAborted();
    this.takeNode(place);
    const { children, list } = await this.nodes.inner(place, signal);
    if (place.level > SEGMENT_LEVEL) return children.filter((child) => child !== null);
    if (list === null) return [];
    this.take(ITEM_LIST, list.id, { ...list, plainLength: list.length - SEAL_OVERHEAD });
    const listed = (await this.nodes.packList(list, signal)).filter(({ pack }) => this.packs.has(pack));
    if (listed.length === 0) return [];
    const hasChunks = listed.some(({ kind }) => kind === "chunks");
    for (const group of children) if (group !== null) await this.group(group, hasChunks, signal);
    return [];
  }

  private async group(place: NodePlace, hasChunks: boolean, signal: AbortSignal): Promise<void> {
    // The places of a group's leaves are in it: equal places have equal content below.
    const key = `${placeKey(place)}${hasChunks ? "+" : ""}`;
    if (this.seen.has(key)) return;
    this.takeNode(place);
    for (const leaf of (await this.nodes.inner(place, signal)).children) {
      if (leaf === null) continue;
      this.takeNode(leaf);
      if (!hasChunks) continue;
      for (const chunk of leafChunks(await this.nodes.leaf(leaf, signal)))
        this.take(ITEM_CHUNK, chunk.id, { ...chunk, plainLength: chunk.blocks * BLOCK_BYTES });
    }
    this.seen.add(key);
  }

  private takeNode(place: NodePlace): void {
    this.take(ITEM_NODE, place.digest, { ...place, plainLength: place.length - SEAL_OVERHEAD });
  }

  private take(kind: ItemKind, id: string, place: ChunkPlace & { readonly plainLength: number }): void {
    const { pack, offset, length, plainLength } = place;
    if (this.packs.has(pack))
      this.found.set(placeKey(place), { kind, id, pack, offset, length, plainLength });
  }
}
