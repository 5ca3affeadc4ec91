/** Which layers are in use, which can be merged, and how a merge changes the state. No I/O. */
import type { State } from "../state/model.ts";

/** Keys of the disks whose newest layer this is. */
export function disksOn(state: State, id: string): string[] {
  return Object.entries(state.disks).flatMap(([key, disk]) => (disk.layer === id ? [key] : []));
}

/**
 * A layer to remove, if any: without owner and child (delete it), or without owner and with one
 * child (merge the two). A layer with two children stays: both use it.
 */
export function mergePlan(state: State): { layer: string; child?: string } | undefined {
  const owned = new Set<string>();
  const children = new Map<string, string[]>();
  for (const disk of Object.values(state.disks)) owned.add(disk.layer);
  for (const snapshot of Object.values(state.snapshots)) owned.add(snapshot.layer);
  for (const point of Object.values(state.restorePoints))
    for (const disk of point.disks) owned.add(disk.layer);
  for (const [id, { parent }] of Object.entries(state.layers))
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), id]);
  for (const id of Object.keys(state.layers)) {
    if (owned.has(id)) continue;
    const above = children.get(id) ?? [];
    const [child] = above;
    if (child === undefined) return { layer: id };
    if (above.length === 1) return { layer: id, child };
  }
  return undefined;
}

/** Replaces two merged layers by the kept one in all references of the state. */
export function replaceLayer(state: State, merged: { lower: string; upper: string; kept: string }): void {
  const { lower, upper, kept } = merged;
  const below = state.layers[lower]?.parent;
  const gone = kept === lower ? upper : lower;
  delete state.layers[gone];
  state.layers[kept] = below === undefined ? {} : { parent: below };
  for (const layer of Object.values(state.layers)) if (layer.parent === gone) layer.parent = kept;
  for (const disk of Object.values(state.disks)) if (disk.layer === gone) disk.layer = kept;
  for (const snapshot of Object.values(state.snapshots)) if (snapshot.layer === gone) snapshot.layer = kept;
  for (const point of Object.values(state.restorePoints))
    for (const disk of point.disks) if (disk.layer === gone) disk.layer = kept;
}
