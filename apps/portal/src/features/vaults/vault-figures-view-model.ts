import type { VaultFigures } from "#lib/api-types.ts";

export const packParts = ["used", "idle", "condemned"] as const;
export type PackPart = (typeof packParts)[number];

/** The parts of a vault's packs, with their share of the bytes, 0 to 1. */
export function shares(
  figures: VaultFigures,
): readonly { readonly part: PackPart; readonly share: number }[] {
  const { bytes } = figures.packs;
  return packParts.map((part) => ({ part, share: bytes === 0 ? 0 : figures[part].bytes / bytes }));
}
