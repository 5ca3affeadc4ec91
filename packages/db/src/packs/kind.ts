/** The kinds of packs, as `VaultPack.kind` has them. */

export type PackKind = "chunks" | "nodes";

export const packKindNumbers: Readonly<Record<PackKind, number>> = { chunks: 1, nodes: 2 };

export function packKindOf(number: number): PackKind {
  return number === packKindNumbers.nodes ? "nodes" : "chunks";
}
