/** The two kinds of packs (docs/vault-format.md, Pack). */

/** Chunk packs hold chunks; node packs hold nodes and pack lists, so that a walk over a map reads no chunk pack. */
export const packKinds = ["chunks", "nodes"] as const;
export type PackKind = (typeof packKinds)[number];

/** A pack with its kind: together they name the object. */
export interface PackRef {
  /** 32 hex characters. */
  readonly pack: string;
  readonly kind: PackKind;
}

/** The kind in key derivation, associated data and pack lists. */
export const packKindByte: Readonly<Record<PackKind, number>> = { chunks: 1, nodes: 2 };

/** @throws RangeError for an unknown byte */
export function packKindOfByte(byte: number): PackKind {
  const kind = packKinds.find((one) => packKindByte[one] === byte);
  if (kind === undefined) throw new RangeError(`a pack of unknown kind ${byte}`);
  return kind;
}
