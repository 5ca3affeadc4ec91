/** Pack lists: the packs that a segment needs, with the bytes that it uses of each (docs/vault-format.md, Pack list). */
import { PACK_ID_BYTES } from "../constants.ts";
import { MAX_LIST_BYTES } from "../maxima.ts";
import { type PackKind, packKindByte, packKindOfByte } from "../pack/kind.ts";
import { SEAL_OVERHEAD } from "../seal.ts";
import { type Leaf, leafChunks } from "./leaf.ts";

/** A pack of a segment. */
export interface ListedPack {
  readonly pack: string;
  readonly kind: PackKind;
  /** Sealed bytes of the chunks that the segment's leaves use, each once per leaf, and of its leaves and level-1 nodes. */
  readonly liveBytes: number;
}

const LIVE_BYTES = 5;
const ENTRY_BYTES = 1 + PACK_ID_BYTES + LIVE_BYTES;
const KEY_BYTES = 1 + PACK_ID_BYTES;

/** Adds up what a segment uses of each pack. Starts with the base's list, and subtracts replaced nodes. */
export class PackTally {
  private readonly live = new Map<string, ListedPack>();

  constructor(before: readonly ListedPack[] = []) {
    for (const entry of before) this.live.set(keyOf(entry), entry);
  }

  /** A node's own bytes; `sign` -1: a node that the segment no longer has. */
  node({ pack, length }: { readonly pack: string; readonly length: number }, sign: 1 | -1): void {
    this.add({ pack, kind: "nodes", liveBytes: sign * length });
  }

  /** The chunks of a leaf. */
  leaf(leaf: Leaf, sign: 1 | -1): void {
    for (const { pack, length } of leafChunks(leaf))
      this.add({ pack, kind: "chunks", liveBytes: sign * length });
  }

  /** The packs in use, in the order of the format. @throws RangeError when more was subtracted than was there */
  entries(): ListedPack[] {
    const used = [...this.live.values()].filter(({ liveBytes }) => liveBytes !== 0);
    if (used.some(({ liveBytes }) => liveBytes < 0))
      throw new RangeError("A pack list that does not fit its segment.");
    return used.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  private add(entry: ListedPack): void {
    const key = keyOf(entry);
    const liveBytes = (this.live.get(key)?.liveBytes ?? 0) + entry.liveBytes;
    this.live.set(key, { ...entry, liveBytes });
  }
}

const keyOf = ({ pack, kind }: ListedPack): string => `${packKindByte[kind]}${pack}`;

export function encodePackList(entries: readonly ListedPack[]): Buffer {
  const out = Buffer.alloc(entries.length * ENTRY_BYTES);
  if (out.length > MAX_LIST_BYTES - SEAL_OVERHEAD) throw new RangeError("A segment with too many packs.");
  let at = 0;
  for (const { pack, kind, liveBytes } of entries) {
    out.writeUInt8(packKindByte[kind], at);
    out.write(pack, at + 1, "hex");
    out.writeUIntBE(liveBytes, at + KEY_BYTES, LIVE_BYTES);
    at += ENTRY_BYTES;
  }
  return out;
}

/** @throws RangeError when the bytes are not a pack list */
export function decodePackList(bytes: Buffer): ListedPack[] {
  if (bytes.length === 0 || bytes.length % ENTRY_BYTES !== 0)
    throw new RangeError("a pack list of broken length");
  const entries: ListedPack[] = [];
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
    const before = at === 0 ? null : bytes.subarray(at - ENTRY_BYTES, at - LIVE_BYTES);
    const key = bytes.subarray(at, at + KEY_BYTES);
    if (before !== null && before.compare(key) >= 0) throw new RangeError("a pack list out of order");
    const liveBytes = bytes.readUIntBE(at + KEY_BYTES, LIVE_BYTES);
    if (liveBytes === 0) throw new RangeError("a pack list with an unused pack");
    const pack = bytes.toString("hex", at + 1, at + KEY_BYTES);
    entries.push({ pack, kind: packKindOfByte(bytes.readUInt8(at)), liveBytes });
  }
  return entries;
}
