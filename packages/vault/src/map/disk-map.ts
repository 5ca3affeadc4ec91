/** The chunk map of a disk above its segments: built, and walked. */
import { isDamage } from "@kluis/domain/core";
import { FAN_OUT, MAX_LEVEL, SEGMENT_BYTES, SEGMENT_LEVEL } from "../constants.ts";
import type { DamageSet, HealedItem } from "../damage/places.ts";
import { invalid } from "../errors.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { NodePlace } from "../node-ref.ts";
import type { PackWriter } from "../pack/writer.ts";
import type { NodeReader } from "../read/node-reader.ts";
import type { Inner } from "./inner.ts";
import { noChildren, storeInner } from "./store-node.ts";

export const segmentCount = (diskBytes: number): number => Math.ceil(diskBytes / SEGMENT_BYTES);

/** Segments that one node of a level spans. */
const segmentsPer = (level: number): number => FAN_OUT ** (level - SEGMENT_LEVEL);

/** The level of a disk's root: the lowest level from 2 that spans the disk. */
export function rootLevel(diskBytes: number): number {
  let level = SEGMENT_LEVEL;
  while (segmentsPer(level) < segmentCount(diskBytes)) level += 1;
  if (level > MAX_LEVEL) throw invalid("The disk is larger than a chunk map can span.", { diskBytes });
  return level;
}

/** The root digest of a disk with this chunk map, hex. */
export function rootDigestOf(keys: VaultKeys, root: NodePlace | null, diskBytes: number): string {
  const top = root === null ? null : Buffer.from(root.digest, "hex");
  return keys.rootDigest(diskBytes, rootLevel(diskBytes), top);
}

/** A segment's node below a root; null when the segment is zero or beyond the root's span. */
export async function findSegment(
  root: NodePlace,
  segment: number,
  { nodes, signal }: { readonly nodes: NodeReader; readonly signal: AbortSignal },
): Promise<NodePlace | null> {
  if (segment >= segmentsPer(root.level)) return null;
  let at: NodePlace | null = root;
  while (at !== null && at.level > SEGMENT_LEVEL) {
    const inner = await nodes.inner(at, signal);
    at = inner.children[Math.floor(segment / segmentsPer(at.level - 1)) % FAN_OUT] ?? null;
  }
  return at;
}

/** The nodes of all segments below a root. Reads only nodes above existing segments. */
export async function allSegments(
  root: NodePlace | null,
  diskBytes: number,
  { nodes, signal }: { readonly nodes: NodeReader; readonly signal: AbortSignal },
): Promise<(NodePlace | null)[]> {
  const found: (NodePlace | null)[] = Array.from({ length: segmentCount(diskBytes) }, () => null);
  const walk = async (place: NodePlace, first: number): Promise<void> => {
    if (first >= found.length) return;
    if (place.level === SEGMENT_LEVEL) {
      found[first] = place;
      return;
    }
    const inner = await nodes.inner(place, signal);
    for (const [i, child] of inner.children.entries()) {
      if (child !== null) await walk(child, first + i * segmentsPer(place.level - 1));
    }
  };
  if (root !== null) await walk(root, 0);
  return found;
}

/** Builds the nodes above the segments; shares those that `before` has at the same position. */
export async function buildDiskMap(
  segments: readonly (NodePlace | null)[],
  diskBytes: number,
  target: {
    readonly keys: VaultKeys;
    readonly writer: PackWriter;
    readonly before: NodePlace | null;
    readonly nodes: NodeReader;
    readonly avoid: DamageSet;
    /** Gets nodes of `before` that are damaged and were built again with the same content. */
    readonly onHealed: (healed: HealedItem) => void;
    readonly signal: AbortSignal;
  },
): Promise<NodePlace | null> {
  if (segments.length !== segmentCount(diskBytes)) throw invalid("A disk needs one entry per segment.");
  if (segments.some((node) => node !== null && node.level !== SEGMENT_LEVEL)) {
    throw invalid("The entries of a disk are nodes of segments.");
  }
  const top = rootLevel(diskBytes);
  let level: readonly (NodePlace | null)[] = segments;
  for (let n = SEGMENT_LEVEL + 1; n <= top; n++) {
    const before = await nodesOfLevel(target.before, n, target);
    const next: (NodePlace | null)[] = [];
    for (let at = 0; at < level.length; at += FAN_OUT) {
      const children = noChildren();
      for (const [i, child] of level.slice(at, at + FAN_OUT).entries()) children[i] = child;
      const place = before.get(at / FAN_OUT) ?? null;
      // A damaged node is not shared.
      const inner = place === null ? null : await readable(place, target);
      const old = place === null || inner === null ? null : { place, children: async () => inner.children };
      const now = await storeInner({ level: n, children, list: null }, old, target);
      if (place !== null && inner === null && now?.digest === place.digest) {
        const { pack, offset, length } = now;
        target.onHealed({ pack: place.pack, offset: place.offset, place: { pack, offset, length } });
      }
      next.push(now);
    }
    level = next;
  }
  return level[0] ?? null;
}

/** The base's nodes of one level by position; empty when its root is lower. */
async function nodesOfLevel(
  root: NodePlace | null,
  level: number,
  reading: Readable,
): Promise<Map<number, NodePlace>> {
  const found = new Map<number, NodePlace>();
  const walk = async (place: NodePlace, position: number): Promise<void> => {
    if (place.level === level) {
      found.set(position, place);
      return;
    }
    const inner = await readable(place, reading);
    for (const [i, child] of inner?.children.entries() ?? [])
      if (child !== null) await walk(child, position * FAN_OUT + i);
  };
  if (root !== null && root.level >= level) await walk(root, 0);
  return found;
}

interface Readable {
  readonly nodes: NodeReader;
  readonly avoid: DamageSet;
  readonly signal: AbortSignal;
}

/** A node of the base; null when it is damaged. */
async function readable(place: NodePlace, { nodes, avoid, signal }: Readable): Promise<Inner | null> {
  if (avoid.has(place)) return null;
  try {
    return await nodes.inner(place, signal);
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
