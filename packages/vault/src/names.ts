/** Names of the vault's objects in the store (docs/vault-format.md, Objects and maxima). */
import { randomBytes } from "node:crypto";
import { invalid } from "./errors.ts";
import { pointIdPattern } from "./manifest.ts";
import type { PackKind, PackRef } from "./pack/kind.ts";

export const DESCRIPTOR_NAME = "vault.json";
export const KEYS_PREFIX = "keys/";
export const POINTS_PREFIX = "points/";
export const MOVED_PREFIX = "moved/";
export const packPrefix: Readonly<Record<PackKind, string>> = { chunks: "packs/", nodes: "nodes/" };

export const packName = ({ pack, kind }: PackRef): string => `${packPrefix[kind]}${pack.slice(0, 2)}/${pack}`;

/** Where the moved tables of a pack are. */
export const movedPrefix = (pack: string): string => `${MOVED_PREFIX}${pack.slice(0, 2)}/${pack}/`;
/** A name for a new moved table of a pack. */
export const newMovedName = (pack: string): string => `${movedPrefix(pack)}${randomBytes(8).toString("hex")}`;

export const slotName = (slotId: string): string => `${KEYS_PREFIX}${slotId}.json`;

/** The pack that an object's name names; null when it is not the name of a pack. */
export function packOfName(name: string): PackRef | null {
  const match = /^(packs|nodes)\/([0-9a-f]{2})\/([0-9a-f]{32})$/.exec(name);
  const [, folder, prefix, pack] = match ?? [];
  if (pack === undefined || prefix === undefined || !pack.startsWith(prefix)) return null;
  return { pack, kind: folder === "packs" ? "chunks" : "nodes" };
}

/** The id of the pack whose moved table has this name; null when it is not the name of one. */
export function packOfMovedName(name: string): string | null {
  const match = /^moved\/([0-9a-f]{2})\/([0-9a-f]{32})\/[0-9a-f]{16}$/.exec(name);
  const [, prefix, pack] = match ?? [];
  return pack !== undefined && prefix !== undefined && pack.startsWith(prefix) ? pack : null;
}

/** The id in the name of a key slot; null when it is not the name of one. */
export function slotOfName(name: string): string | null {
  return /^keys\/([0-9a-f]{32})\.json$/.exec(name)?.[1] ?? null;
}

export function pointName(pointId: string): string {
  if (!pointIdPattern.test(pointId))
    throw invalid("A recovery point id holds letters, digits, - and _ only.", { pointId });
  return `${POINTS_PREFIX}${pointId}`;
}
