/** The chunk map of one segment: the base's part, and the new one built over it. */
import { FAN_OUT, SEGMENT_LEVEL } from "../constants.ts";
import { invalid } from "../errors.ts";
import type { Inner } from "../map/inner.ts";
import type { Leaf } from "../map/leaf.ts";
import { type ListedPack, PackTally } from "../map/pack-list.ts";
import {
  haveSamePlaces,
  isSamePlace,
  type NodeTarget,
  noChildren,
  storeInner,
  storeLeaf,
  storePackList,
} from "../map/store-node.ts";
import type { NodePlace } from "../node-ref.ts";
import type { NodeReader } from "../read/node-reader.ts";

/** The base's chunk map of one segment; reads nodes only when needed. */
export class SegmentBase {
  readonly root: NodePlace | null;
  private readonly nodes: NodeReader;
  private readonly signal: AbortSignal;
  private readonly loaded = new Map<number, Promise<Inner | null>>();
  private top: Promise<Inner | null> | null = null;

  constructor(root: NodePlace | null, nodes: NodeReader, signal: AbortSignal) {
    if (root !== null && root.level !== SEGMENT_LEVEL)
      throw invalid("The base is not the node of a segment.");
    this.root = root;
    this.nodes = nodes;
    this.signal = signal;
  }

  async groups(): Promise<readonly (NodePlace | null)[]> {
    return (await this.segment())?.children ?? noChildren();
  }

  /** The packs that the base needs; empty without a base. */
  async packs(): Promise<readonly ListedPack[]> {
    const list = (await this.segment())?.list ?? null;
    return list === null ? [] : this.nodes.packList(list, this.signal);
  }

  async windows(group: number): Promise<readonly (NodePlace | null)[]> {
    let node = this.loaded.get(group);
    if (node === undefined) {
      const place = (await this.groups())[group] ?? null;
      node = place === null ? Promise.resolve(null) : this.nodes.inner(place, this.signal);
      this.loaded.set(group, node);
    }
    return (await node)?.children ?? noChildren();
  }

  async leaf(window: number): Promise<Leaf | null> {
    if (this.root === null) return null;
    const place = (await this.windows(Math.floor(window / FAN_OUT)))[window % FAN_OUT] ?? null;
    return place === null ? null : this.nodes.leaf(place, this.signal);
  }

  private segment(): Promise<Inner | null> {
    this.top ??= this.root === null ? Promise.resolve(null) : this.nodes.inner(this.root, this.signal);
    return this.top;
  }
}

/** A window that differs from the base. */
export interface WindowChange {
  /** Null: zero. */
  readonly leaf: Leaf | null;
  /** The base's leaf. */
  readonly before: Leaf | null;
}

export type WindowState = WindowChange | "same";

export interface SegmentMapOptions extends NodeTarget {
  /** True (changed ranges): windows without a state are as in the base; false (digest comparison): zero. */
  readonly takeOver: boolean;
}

/** Builds the segment's new subtree and seals the nodes that differ from the base, with the list of the packs that it needs. */
export async function storeSegmentMap(
  states: ReadonlyMap<number, WindowState>,
  base: SegmentBase,
  options: SegmentMapOptions,
): Promise<NodePlace | null> {
  const before = await base.groups();
  const windows = await storeLeaves(states, base, options);
  const groups = options.takeOver ? [...before] : noChildren();
  for (const [group, children] of windows) {
    const place = before[group] ?? null;
    const old = place === null ? null : { place, children: () => base.windows(group) };
    groups[group] = await storeInner({ level: SEGMENT_LEVEL - 1, children, list: null }, old, options);
  }
  if (groups.every((group) => group === null)) return null;
  if (haveSamePlaces(groups, before)) return base.root;
  const packs = await tallyPacks({ states, base, groups, windows });
  const list = await storePackList(packs, options);
  return storeInner({ level: SEGMENT_LEVEL, children: groups, list }, null, options);
}

/** Seals the new leaves; returns the children of every touched level-1 node. */
async function storeLeaves(
  states: ReadonlyMap<number, WindowState>,
  base: SegmentBase,
  { takeOver, ...target }: SegmentMapOptions,
): Promise<Map<number, (NodePlace | null)[]>> {
  const groups = new Map<number, (NodePlace | null)[]>();
  for (const [window, state] of states) {
    const group = Math.floor(window / FAN_OUT);
    const before = await base.windows(group);
    const children = groups.get(group) ?? (takeOver ? [...before] : noChildren());
    groups.set(group, children);
    const slot = window % FAN_OUT;
    if (state === "same") children[slot] = before[slot] ?? null;
    else children[slot] = state.leaf === null ? null : await storeLeaf(state.leaf, target);
  }
  return groups;
}

interface Replaced {
  readonly states: ReadonlyMap<number, WindowState>;
  readonly base: SegmentBase;
  /** Of the new segment. */
  readonly groups: readonly (NodePlace | null)[];
  readonly windows: ReadonlyMap<number, readonly (NodePlace | null)[]>;
}

/** The base's pack list, less what the replaced nodes and leaves used, plus what the new ones use. Reads removed leaves only. */
async function tallyPacks({ states, base, groups, windows }: Replaced): Promise<ListedPack[]> {
  const tally = new PackTally(await base.packs());
  const before = await base.groups();
  for (const [group, now] of groups.entries()) {
    const old = before[group] ?? null;
    if (isSamePlace(old, now)) continue;
    if (old !== null) tally.node(old, -1);
    if (now !== null) tally.node(now, 1);
    const oldLeaves = await base.windows(group);
    const newLeaves = windows.get(group) ?? noChildren();
    for (let slot = 0; slot < FAN_OUT; slot++) {
      const [from, to] = [oldLeaves[slot] ?? null, newLeaves[slot] ?? null];
      if (isSamePlace(from, to)) continue;
      const window = group * FAN_OUT + slot;
      const state = states.get(window) ?? "same";
      const change = state === "same" ? { leaf: null, before: await base.leaf(window) } : state;
      if (from !== null) tally.node(from, -1);
      if (change.before !== null) tally.leaf(change.before, -1);
      if (to !== null) tally.node(to, 1);
      if (change.leaf !== null) tally.leaf(change.leaf, 1);
    }
  }
  return tally.entries();
}
