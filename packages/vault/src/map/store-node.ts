/** Seals the nodes of a chunk map into packs. */
import { FAN_OUT } from "../constants.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { NodePlace } from "../node-ref.ts";
import type { PackWriter } from "../pack/writer.ts";
import { ITEM_LIST, ITEM_NODE, packRaw } from "../seal.ts";
import { encodeInner, type Inner, innerDigests, type ListPlace } from "./inner.ts";
import { encodeLeaf, type Leaf, leafDigests } from "./leaf.ts";
import { maskOf } from "./node-codec.ts";
import { encodePackList, type ListedPack } from "./pack-list.ts";

export interface NodeTarget {
  readonly keys: VaultKeys;
  readonly writer: PackWriter;
}

/** Seals a leaf and returns its place. */
export async function storeLeaf(leaf: Leaf, { keys, writer }: NodeTarget): Promise<NodePlace> {
  const digest = keys.leafDigest(maskOf(leaf.blocks), leafDigests(leaf));
  const place = await writer.add(ITEM_NODE, digest, packRaw(encodeLeaf(leaf)));
  return { level: 0, digest: digest.toString("hex"), ...place };
}

/** A node of the base at the position of a new one. */
export interface BaseNode {
  readonly place: NodePlace;
  readonly children: () => Promise<Inner["children"]>;
}

/**
 * Seals an inner node. Null when it has no child. Returns the base's node when that names the same children at the same places: one
 * with the same digest alone may name content that was damaged and stored again elsewhere.
 */
export async function storeInner(
  inner: Inner,
  before: BaseNode | null,
  { keys, writer }: NodeTarget,
): Promise<NodePlace | null> {
  const mask = maskOf(inner.children);
  if (mask === 0) return null;
  const digest = keys.innerDigest(inner.level, mask, innerDigests(inner));
  const hex = digest.toString("hex");
  if (before?.place.level === inner.level && before.place.digest === hex) {
    if (haveSamePlaces(inner.children, await before.children())) return before.place;
  }
  const place = await writer.add(ITEM_NODE, digest, packRaw(encodeInner(inner)));
  return { level: inner.level, digest: hex, ...place };
}

export async function storePackList(
  entries: readonly ListedPack[],
  { keys, writer }: NodeTarget,
): Promise<ListPlace> {
  const encoded = encodePackList(entries);
  const id = keys.packListId(encoded);
  return { id: id.toString("hex"), ...(await writer.add(ITEM_LIST, id, packRaw(encoded))) };
}

export const noChildren = (): (NodePlace | null)[] => Array.from({ length: FAN_OUT }, () => null);

export function haveSamePlaces(a: Inner["children"], b: Inner["children"]): boolean {
  return a.length === b.length && a.every((child, i) => isSamePlace(child, b[i] ?? null));
}

/** Content and place are the same. */
export function isSamePlace(a: NodePlace | null, b: NodePlace | null): boolean {
  if (a === null || b === null) return a === b;
  return a.digest === b.digest && a.pack === b.pack && a.offset === b.offset && a.length === b.length;
}
