/** Names of the vault's objects in the store (docs/vault-format.md, Objects). */
import { invalid } from "./errors.ts";
import { pointIdPattern } from "./manifest.ts";

export const DESCRIPTOR_NAME = "vault.json";
export const KEYS_PREFIX = "keys/";
export const PACKS_PREFIX = "packs/";
export const POINTS_PREFIX = "points/";

export const packName = (pack: string): string => `${PACKS_PREFIX}${pack.slice(0, 2)}/${pack}`;
export const movedName = (pack: string): string => `moved/${pack.slice(0, 2)}/${pack}`;
export const keyFileName = (generation: number): string =>
  `${KEYS_PREFIX}${String(generation).padStart(8, "0")}.json`;

/** The pack id in an object's name; null when it is not the name of a pack. */
export function packOfName(name: string): string | null {
  const match = /^packs\/([0-9a-f]{2})\/([0-9a-f]{32})$/.exec(name);
  const [, prefix, pack] = match ?? [];
  return pack !== undefined && prefix !== undefined && pack.startsWith(prefix) ? pack : null;
}

/** The generation in a key file's name; null when it is not the name of a key file. */
export function generationOfName(name: string): number | null {
  const match = /^keys\/([0-9]{8})\.json$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function pointName(pointId: string): string {
  if (!pointIdPattern.test(pointId))
    throw invalid("A recovery point id holds letters, digits, - and _ only.", { pointId });
  return `${POINTS_PREFIX}${pointId}`;
}
