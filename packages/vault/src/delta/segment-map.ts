/** The chunk map of one segment: the base's part, and the new one built over it. */
import { FAN_OUT, SEGMENT_LEVEL } from "../constants.ts";
import { invalid } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { Inner } from "../map/inner.ts";
import type { Leaf } from "../map/leaf.ts";
import { noChildren, storeInner, storeLeaf } from "../map/store-node.ts";
import type { NodePlace } from "../node-ref.ts";
import type { PackWriter } from "../pack/writer.ts";
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

/** A window's new state: another leaf, zero, or the same as in the base. */
export type WindowState = Leaf | "zero" | "same";

/**
 * Builds the segment's new subtree and seals the nodes that differ from the base.
 * @param options.takeOver true (changed ranges): windows without a state are as in the base; false (digest comparison): zero
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
