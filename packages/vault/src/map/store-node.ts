/** Seals the nodes of a chunk map into packs. */
import { FAN_OUT } from "../constants.ts";
import type { VaultKeys } from "../keys/derive.ts";
import type { NodePlace } from "../node-ref.ts";
import type { PackWriter } from "../pack/writer.ts";
import { ITEM_NODE, packRaw } from "../seal.ts";
import { encodeInner, type Inner, innerDigests } from "./inner.ts";
import { encodeLeaf, type Leaf, leafDigests } from "./leaf.ts";
import { maskOf } from "./node-codec.ts";

/** Seals a leaf and returns its place. */
export async function storeLeaf(leaf: Leaf, keys: VaultKeys, writer: PackWriter): Promise<NodePlace> {
  const digest = keys.leafDigest(maskOf(leaf.blocks), leafDigests(leaf));
  const place = await writer.add(ITEM_NODE, digest, packRaw(encodeLeaf(leaf)));
  return { level: 0, digest: digest.toString("hex"), ...place };
}

/** Seals an inner node. Null when it has no child; `before` when that has the same content: then they share it. */
export async function storeInner(
  inner: Inner,
  before: NodePlace | null,
  { keys, writer }: { readonly keys: VaultKeys; readonly writer: PackWriter },
): Promise<NodePlace | null> {
  const mask = maskOf(inner.children);
  if (mask === 0) return null;
  const digest = keys.innerDigest(inner.level, mask, innerDigests(inner));
  if (before?.level === inner.level && before.digest === digest.toString("hex")) return before;
  const place = await writer.add(ITEM_NODE, digest, packRaw(encodeInner(inner)));
  return { level: inner.level, digest: digest.toString("hex"), ...place };
}

export const noChildren = (): (NodePlace | null)[] => Array.from({ length: FAN_OUT }, () => null);
