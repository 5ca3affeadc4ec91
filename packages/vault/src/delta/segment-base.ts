/** The base of a segment: its chunk map, of which parts may be damaged. */
import { isDamage, type KluisError, placeKey } from "@kluis/domain/core";
import { BLOCKS_PER_WINDOW, FAN_OUT, SEGMENT_LEVEL, WINDOW_BYTES } from "../constants.ts";
import { type DamageSet, type HealedItem, noDamage } from "../damage/places.ts";
import { invalid } from "../errors.ts";
import type { Inner } from "../map/inner.ts";
import { type Leaf, leafChunks } from "../map/leaf.ts";
import type { ListedPack } from "../map/pack-list.ts";
import { noChildren } from "../map/store-node.ts";
import type { NodePlace } from "../node-ref.ts";
import type { NodeReader } from "../read/node-reader.ts";
import type { SegmentSpan, WindowPlan } from "./plan-windows.ts";

interface BaseOptions {
  readonly nodes: NodeReader;
  readonly avoid?: DamageSet | undefined;
  readonly signal: AbortSignal;
}

/** Reads nodes only when needed. A node that is damaged counts as absent, and is remembered: its windows are *lost*. */
export class SegmentBase {
  readonly root: NodePlace | null;
  readonly avoid: DamageSet;
  /** Why nodes were lost that were not known as damaged. */
  readonly errors: KluisError[] = [];
  /** Old nodes that a new node of the same digest replaces for readers of older points. */
  readonly healed: HealedItem[] = [];
  private readonly nodes: NodeReader;
  private readonly signal: AbortSignal;
  private readonly loaded = new Map<number, Promise<Inner | null>>();
  private readonly lost = new Set<string>();
  private top: Promise<Inner | null> | null = null;

  constructor(root: NodePlace | null, { nodes, avoid, signal }: BaseOptions) {
    if (root !== null && root.level !== SEGMENT_LEVEL)
      throw invalid("The base is not the node of a segment.");
    this.root = root;
    this.avoid = avoid ?? noDamage;
    this.nodes = nodes;
    this.signal = signal;
  }

  /** Whether a node or the pack list was lost: the pack list of the new segment is added up again. */
  get hasLost(): boolean {
    return this.lost.size > 0;
  }

  async groups(): Promise<readonly (NodePlace | null)[]> {
    return (await this.segment())?.children ?? noChildren();
  }

  /** The packs that the base needs; empty without a base, null when the list is lost. */
  async packs(): Promise<readonly ListedPack[] | null> {
    const list = (await this.segment())?.list ?? null;
    return list === null ? [] : this.read(list, () => this.nodes.packList(list, this.signal));
  }

  async windows(group: number): Promise<readonly (NodePlace | null)[]> {
    let node = this.loaded.get(group);
    if (node === undefined) {
      const place = (await this.groups())[group] ?? null;
      node =
        place === null ? Promise.resolve(null) : this.read(place, () => this.nodes.inner(place, this.signal));
      this.loaded.set(group, node);
    }
    return (await node)?.children ?? noChildren();
  }

  async leaf(window: number): Promise<Leaf | null> {
    if (this.root === null) return null;
    const place = (await this.windows(Math.floor(window / FAN_OUT)))[window % FAN_OUT] ?? null;
    return place === null ? null : this.read(place, () => this.nodes.leaf(place, this.signal));
  }

  /** Whether the base has the window, but its leaf cannot be read. Known after `leaf`. */
  async isLost(window: number): Promise<boolean> {
    if (this.lost.size === 0 || this.root === null) return false;
    if (this.isLostNode(this.root)) return true;
    const group = (await this.groups())[Math.floor(window / FAN_OUT)] ?? null;
    if (group === null) return false;
    if (this.isLostNode(group)) return true;
    const place = (await this.windows(Math.floor(window / FAN_OUT)))[window % FAN_OUT] ?? null;
    return place !== null && this.isLostNode(place);
  }

  isLostNode(place: NodePlace): boolean {
    return this.lost.has(placeKey(place));
  }

  /** A new node at the position of a base's node: it takes the place of one that is lost and had the same content. */
  replace(before: NodePlace | null, now: NodePlace | null): void {
    if (before === null || now === null || !this.isLostNode(before) || before.digest !== now.digest) return;
    if (placeKey(before) === placeKey(now)) return;
    const { pack, offset, length } = now;
    this.healed.push({ pack: before.pack, offset: before.offset, place: { pack, offset, length } });
  }

  private segment(): Promise<Inner | null> {
    const { root } = this;
    this.top ??=
      root === null ? Promise.resolve(null) : this.read(root, () => this.nodes.inner(root, this.signal));
    return this.top;
  }

  private async read<T>(
    place: { readonly pack: string; readonly offset: number },
    read: () => Promise<T>,
  ): Promise<T | null> {
    if (this.lost.has(placeKey(place))) return null;
    if (this.avoid.has(place)) {
      this.lost.add(placeKey(place));
      return null;
    }
    try {
      return await read();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.lost.add(placeKey(place));
      this.errors.push(error);
      return null;
    }
  }
}

/** The leaf's chunks of the base that must not be used any more. */
export function hasAvoided(leaf: Leaf, avoid: DamageSet): boolean {
  return leafChunks(leaf).some((chunk) => avoid.has(chunk));
}

/**
 * The windows that changed ranges do not describe, because the base's content of them is lost or damaged: they are read whole from
 * the disk. Reads no leaf when no pack of the segment is damaged, by its pack list.
 * @param isSuspect a node of the base was lost that was not known as damaged: every node is tried
 */
export async function windowsToRead(
  base: SegmentBase,
  span: SegmentSpan,
  isSuspect: boolean,
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  if (base.root === null) return found;
  const packs = await base.packs();
  const isClean = packs?.every(({ pack }) => !base.avoid.hasPack(pack)) === true && !base.hasLost;
  if (isClean && !isSuspect) return found;
  const windows = Math.ceil((span.end - span.start) / WINDOW_BYTES);
  for (let window = 0; window < windows; window++) {
    const leaf = await base.leaf(window);
    if (leaf === null ? await base.isLost(window) : hasAvoided(leaf, base.avoid)) found.add(window);
  }
  return found;
}

/** The plans of the extents, with these windows read whole; only blocks that an extent says are zero stay zero. */
export async function* withWholeWindows(
  plans: AsyncIterable<WindowPlan>,
  { whole, span }: { readonly whole: ReadonlySet<number>; readonly span: SegmentSpan },
): AsyncGenerator<WindowPlan> {
  const waiting = [...whole].sort((a, b) => a - b);
  for await (const plan of plans) {
    while ((waiting[0] ?? Number.POSITIVE_INFINITY) < plan.window)
      yield wholeWindow(waiting.shift() ?? 0, 0, span);
    if (waiting[0] === plan.window) {
      waiting.shift();
      yield wholeWindow(plan.window, plan.zero & ~plan.read, span);
    } else yield plan;
  }
  for (const window of waiting) yield wholeWindow(window, 0, span);
}

function wholeWindow(window: number, zero: number, span: SegmentSpan): WindowPlan {
  const blocks = Math.ceil((span.end - span.start) / (WINDOW_BYTES / BLOCKS_PER_WINDOW));
  const here = Math.min(BLOCKS_PER_WINDOW, blocks - window * BLOCKS_PER_WINDOW);
  return { window, read: (2 ** here - 1) & ~zero, zero };
}
