/** The parts that the encodings of leaves and inner nodes share: presence masks and lists of pack ids. */
import { PACK_ID_BYTES } from "../constants.ts";

/** Bit i is set when entry i is not null; at most 32 entries. */
export function maskOf(entries: readonly unknown[]): number {
  let mask = 0;
  for (const [i, entry] of entries.entries()) if (entry !== null) mask |= 1 << i;
  return mask >>> 0;
}

export interface EntryLayout {
  /** Bit i is set when entry i is present. */
  readonly mask: number;
  readonly count: number;
  /** Position of the first entry. */
  readonly start: number;
  /** Position after the last entry. */
  readonly end: number;
  readonly entryBytes: number;
}

/** Reads the entries of a node; absent ones are null. @throws RangeError when they do not end at `end` */
export function readEntries<T>(
  { mask, count, start, end, entryBytes }: EntryLayout,
  decode: (at: number) => T,
): (T | null)[] {
  const entries: (T | null)[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if ((mask & (1 << i)) === 0) {
      entries.push(null);
      continue;
    }
    if (at + entryBytes > end) throw new RangeError("a node that ends early");
    entries.push(decode(at));
    at += entryBytes;
  }
  if (mask === 0 || at !== end) throw new RangeError("a node of wrong length");
  return entries;
}

/** The packs of some places, each once, in order of first use. */
export function packsOf(places: readonly { readonly pack: string }[]): string[] {
  return [...new Set(places.map(({ pack }) => pack))];
}

/** Writes pack ids from `at` on; returns the position after them. */
export function writePacks(out: Buffer, at: number, packs: readonly string[]): number {
  let next = at;
  for (const pack of packs) next += out.write(pack, next, "hex");
  return next;
}

/** Reads `count` pack ids from `at` on. Short bytes give short ids: the caller checks the node's length. */
export function readPacks(bytes: Buffer, at: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const start = at + n * PACK_ID_BYTES;
    return bytes.toString("hex", start, start + PACK_ID_BYTES);
  });
}
