import type { State } from "../state/model.ts";

/** Who holds on to layers. Pure. */
export interface LayerOwners {
  /** Disks whose newest layer it is. */
  disks: string[];
  /** Snapshots and disk restore points that show it. */
  frozen: number;
  /** Layers directly above. */
  children: string[];
}

/** Everything in the state that refers to a layer. */
export function ownersOf(state: State, id: string): LayerOwners {
  const disks = Object.entries(state.disks).flatMap(([key, disk]) => (disk.layer === id ? [key] : []));
  const children = Object.entries(state.layers).flatMap(([key, layer]) => (layer.parent === id ? [key] : []));
  const snapshots = Object.values(state.snapshots).filter((snapshot) => snapshot.layer === id).length;
  const points = Object.values(state.restorePoints).flatMap((point) => point.disks);
  return { disks, children, frozen: snapshots + points.filter((disk) => disk.layer === id).length };
}

/**
 * A layer that can go, if there is one: without owner and without child (drop it), or without owner and with one
 * child (merge the two). With two children it must stay: both look through it.
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

/** Makes one layer of two neighbours: whoever referred to either now refers to the kept one. */
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
