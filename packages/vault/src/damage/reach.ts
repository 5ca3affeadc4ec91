/** Which damaged places a recovery point needs: a walk over its map that reads nodes only, and each shared node once. */
import { type ItemPlace, isDamage, type KluisError, placeKey } from "@kluis/domain/core";
import { FAN_OUT } from "../constants.ts";
import { leafChunks } from "../map/leaf.ts";
import type { NodePlace } from "../node-ref.ts";
import type { NodeReader } from "../read/node-reader.ts";
import type { ChunkPlace } from "../types.ts";

export interface ReachOptions {
  /** Names the damage at a place; none for a good one. */
  readonly match: (place: ItemPlace) => readonly string[];
  /** Whether readers find the item elsewhere, by moved tables, and something there is damaged. */
  readonly isMoved?: (place: ItemPlace) => boolean;
  /** A node that cannot be read although no damage is known at its place. */
  readonly onUnreadable: (error: KluisError) => void;
}

/** Nodes whose result is kept: 4,096 disks of 1 TiB with a quarter of their groups of windows not shared. */
const REMEMBERED = 400_000;
const none: ReadonlySet<string> = new Set();

/** Keeps what it found below each node, because points of one disk share most of their maps. */
export class DamageReach {
  readonly #nodes: NodeReader;
  readonly #options: ReachOptions;
  readonly #found = new Map<string, ReadonlySet<string>>();

  constructor(nodes: NodeReader, options: ReachOptions) {
    this.#nodes = nodes;
    this.#options = options;
  }

  /** The damage at the place of an item, and where readers find it; none when they find it at a good place. */
  async match(item: ChunkPlace, signal: AbortSignal): Promise<readonly string[]> {
    const { match, isMoved = () => false } = this.#options;
    const own = match(item);
    if (own.length > 0 || !isMoved(item)) return own;
    const found: string[] = [];
    for await (const place of this.#nodes.packs.moved.reachable(item, signal, false)) {
      const there = match(place);
      if (there.length === 0 && !isMoved(place)) return [];
      found.push(...there);
    }
    return found;
  }

  /**
   * The damage that the map below a node needs.
   * @throws the errors of the storage; a node that is missing or does not open is damage and never an error
   */
  async below(place: NodePlace, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const key = placeKey(place);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    signal.throwIfAborted();
    const found = new Set(await this.match(place, signal));
    try {
      if (place.level === 0) await this.#leaf(place, found, signal);
      else await this.#inner(place, found, signal);
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (found.size === 0) this.#options.onUnreadable(error);
    }
    const result = found.size === 0 ? none : found;
    if (this.#found.size >= REMEMBERED) this.#found.clear();
    if (place.level > 0) this.#found.set(key, result);
    return result;
  }

  async #leaf(place: NodePlace, found: Set<string>, signal: AbortSignal): Promise<void> {
    for (const chunk of leafChunks(await this.#nodes.leaf(place, signal)))
      for (const id of await this.match(chunk, signal)) found.add(id);
  }

  async #inner(place: NodePlace, found: Set<string>, signal: AbortSignal): Promise<void> {
    const { children } = await this.#nodes.inner(place, signal);
    for (let i = 0; i < FAN_OUT; i++) {
      const child = children[i] ?? null;
      if (child === null) continue;
      for (const id of await this.below(child, signal)) found.add(id);
    }
  }
}
