import { FAN_OUT, SEGMENT_LEVEL } from "../constants.ts";
import { invalid } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import { encodeInner, type Inner, innerDigests, innerMask } from "../map/inner.ts";
import { encodeLeaf, type Leaf, leafDigests, leafMask } from "../map/leaf.ts";
import type { NodePlace } from "../node-ref.ts";
import type { PackWriter } from "../pack/writer.ts";
import type { NodeReader } from "../read/node-reader.ts";
import { ITEM_NODE, packRaw } from "../seal.ts";

/** Seals a leaf and gives its place. */
export async function storeLeaf(leaf: Leaf, keys: VaultKeys, writer: PackWriter): Promise<NodePlace> {
  const digest = keys.leafDigest(leafMask(leaf), leafDigests(leaf));
  const place = await writer.add(ITEM_NODE, digest, packRaw(encodeLeaf(leaf)));
  return { level: 0, digest: digest.toString("hex"), ...place };
}

/**
 * Seals an inner node over these children, unless none is present (null) or `before` has the same content (then it is shared).
 */
export async function storeInner(
  inner: Inner,
  before: NodePlace | null,
  { keys, writer }: { readonly keys: VaultKeys; readonly writer: PackWriter },
): Promise<NodePlace | null> {
  const mask = innerMask(inner);
  if (mask === 0) return null;
  const digest = keys.innerDigest(inner.level, mask, innerDigests(inner));
  if (before?.level === inner.level && before.digest === digest.toString("hex")) return before;
  const place = await writer.add(ITEM_NODE, digest, packRaw(encodeInner(inner)));
  return { level: inner.level, digest: digest.toString("hex"), ...place };
}

export const noChildren = (): (NodePlace | null)[] => Array.from({ length: FAN_OUT }, () => null);

/** The base's part of the chunk map for one segment, read as far as it is asked for. */
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
    this.top ??= this.root === null ? Promise.resolve(null) : this.nodes.inner(this.root, this.signal);
    return (await this.top)?.children ?? noChildren();
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
}

/** A window's new state: another leaf, zero, or as in the base. */
export type WindowState = Leaf | "zero" | "same";

/**
 * Builds the segment's new subtree and seals what differs from the base. `takeOver`: windows without a state are as in the base
 * (changed ranges); otherwise they are zero (digest comparison).
 */
export async function storeSegmentMap(
  states: ReadonlyMap<number, WindowState>,
  base: SegmentBase,
  {
    takeOver,
    ...target
  }: { readonly takeOver: boolean; readonly keys: VaultKeys; readonly writer: PackWriter },
): Promise<NodePlace | null> {
  const touched = new Map<number, number[]>();
  for (const window of states.keys()) {
    const group = Math.floor(window / FAN_OUT);
    const windows = touched.get(group);
    if (windows === undefined) touched.set(group, [window]);
    else windows.push(window);
  }
  const baseGroups = await base.groups();
  const leaves = new Map<number, (NodePlace | null)[]>();
  for (const [group, windows] of touched) {
    const before = await base.windows(group);
    const children = takeOver ? [...before] : noChildren();
    for (const window of windows) {
      const state = states.get(window) ?? "same";
      const slot = window % FAN_OUT;
      if (state === "same") children[slot] = before[slot] ?? null;
      else children[slot] = state === "zero" ? null : await storeLeaf(state, target.keys, target.writer);
    }
    leaves.set(group, children);
  }
  const groups = takeOver ? [...baseGroups] : noChildren();
  for (const [group, children] of leaves) {
    groups[group] = await storeInner(
      { level: SEGMENT_LEVEL - 1, children },
      baseGroups[group] ?? null,
      target,
    );
  }
  return storeInner({ level: SEGMENT_LEVEL, children: groups }, base.root, target);
}
