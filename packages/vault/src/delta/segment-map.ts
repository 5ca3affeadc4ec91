/** The chunk map of one segment: the base's part, and the new one built over it. */
import { FAN_OUT, SEGMENT_LEVEL } from "../constants.ts";
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
import type { SegmentBase } from "./segment-base.ts";

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
    base.replace(place, groups[group]);
  }
  if (groups.every((group) => group === null)) return null;
  const replaced = { states, base, groups, windows };
  const packs = await base.packs();
  if (haveSamePlaces(groups, before) && packs !== null && base.root !== null && !base.isLostNode(base.root))
    return base.root;
  const added = packs === null || base.hasLost ? null : await tallyPacks(replaced, packs);
  // What lost nodes used is not known, also when they were found to be lost just now.
  const tallied = added === null || base.hasLost ? await addUpPacks(replaced) : added;
  const list = await storePackList(tallied, options);
  const root = await storeInner({ level: SEGMENT_LEVEL, children: groups, list }, null, options);
  base.replace(base.root, root);
  return root;
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
    else {
      children[slot] = state.leaf === null ? null : await storeLeaf(state.leaf, target);
      base.replace(before[slot] ?? null, children[slot]);
    }
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
async function tallyPacks(
  { states, base, groups, windows }: Replaced,
  packs: readonly ListedPack[],
): Promise<ListedPack[]> {
  const tally = new PackTally(packs);
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

/** The pack list of a segment whose base has lost nodes: what they used is not known, so every leaf is counted. */
async function addUpPacks({ states, base, groups, windows }: Replaced): Promise<ListedPack[]> {
  const tally = new PackTally();
  for (const [group, node] of groups.entries()) {
    if (node === null) continue;
    tally.node(node, 1);
    const leaves = windows.get(group) ?? (await base.windows(group));
    for (const [slot, place] of leaves.entries()) {
      if (place === null) continue;
      tally.node(place, 1);
      const window = group * FAN_OUT + slot;
      const state = states.get(window) ?? "same";
      const leaf = state === "same" ? await base.leaf(window) : state.leaf;
      if (leaf !== null) tally.leaf(leaf, 1);
    }
  }
  return tally.entries();
}
