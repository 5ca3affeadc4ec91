/** Inner nodes of a chunk map and their encoding (docs/vault-format.md, Chunk map). */
import { DIGEST_BYTES, FAN_OUT, MAX_LEVEL, PACK_ID_BYTES, SEGMENT_LEVEL } from "../constants.ts";
import { checkPlace, MAX_LIST_BYTES, MAX_NODE_BYTES } from "../maxima.ts";
import type { NodePlace } from "../node-ref.ts";
import { maskOf, packsOf, readEntries, readPacks, writePacks } from "./node-codec.ts";

/** The place of a segment's pack list. */
export interface ListPlace {
  /** Id of the list, hex. */
  readonly id: string;
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

/** Up to 32 children of the level below; null where the disk is zero. At least one is not null. */
export interface Inner {
  readonly level: number;
  readonly children: readonly (NodePlace | null)[];
  /** The packs that the segment needs: with level 2, null with every other. Outside the node's digest. */
  readonly list: ListPlace | null;
}

const HEAD_BYTES = 6;
const CHILD_BYTES = 7 + DIGEST_BYTES;
const LIST_BYTES = 9 + DIGEST_BYTES;

export function innerDigests(inner: Inner): Buffer[] {
  return inner.children.flatMap((child) => (child === null ? [] : [Buffer.from(child.digest, "hex")]));
}

export function encodeInner(inner: Inner): Buffer {
  const present = inner.children.filter((child) => child !== null);
  const { list } = inner;
  if ((list !== null) !== (inner.level === SEGMENT_LEVEL))
    throw new RangeError("Only a segment has a pack list.");
  const packs = packsOf(list === null ? present : [...present, list]);
  const listBytes = list === null ? 0 : LIST_BYTES;
  const out = Buffer.alloc(
    HEAD_BYTES + packs.length * PACK_ID_BYTES + present.length * CHILD_BYTES + listBytes,
  );
  out.writeUInt8(inner.level);
  out.writeUInt32BE(maskOf(inner.children), 1);
  out.writeUInt8(packs.length, 5);
  let at = writePacks(out, HEAD_BYTES, packs);
  for (const child of present) {
    out.writeUInt8(packs.indexOf(child.pack), at);
    out.writeUInt32BE(child.offset, at + 1);
    out.writeUInt16BE(child.length, at + 5);
    at += 7 + out.write(child.digest, at + 7, "hex");
  }
  if (list !== null) {
    out.writeUInt8(packs.indexOf(list.pack), at);
    out.writeUInt32BE(list.offset, at + 1);
    out.writeUInt32BE(list.length, at + 5);
    out.write(list.id, at + 9, "hex");
  }
  return out;
}

/** @throws RangeError when the bytes are not an inner node */
export function decodeInner(bytes: Buffer): Inner {
  if (bytes.length < HEAD_BYTES) throw new RangeError("not an inner node");
  const level = bytes.readUInt8(0);
  if (level < 1 || level > MAX_LEVEL) throw new RangeError("an inner node of unknown level");
  const mask = bytes.readUInt32BE(1);
  const packs = readPacks(bytes, HEAD_BYTES, bytes.readUInt8(5));
  const start = HEAD_BYTES + packs.length * PACK_ID_BYTES;
  const end = level === SEGMENT_LEVEL ? bytes.length - LIST_BYTES : bytes.length;
  const layout = { mask, count: FAN_OUT, start, end, entryBytes: CHILD_BYTES };
  const children = readEntries(layout, (at) => decodeChild(bytes, at, { level: level - 1, packs }));
  return { level, children, list: level === SEGMENT_LEVEL ? decodeList(bytes, end, packs) : null };
}

function decodeChild(
  bytes: Buffer,
  at: number,
  { level, packs }: { readonly level: number; readonly packs: readonly string[] },
): NodePlace {
  const pack = packs[bytes.readUInt8(at)];
  if (pack === undefined) throw new RangeError("a child without a pack");
  const digest = bytes.toString("hex", at + 7, at + CHILD_BYTES);
  const place = {
    level,
    digest,
    pack,
    offset: bytes.readUInt32BE(at + 1),
    length: bytes.readUInt16BE(at + 5),
  };
  checkPlace(place, MAX_NODE_BYTES);
  return place;
}

function decodeList(bytes: Buffer, at: number, packs: readonly string[]): ListPlace {
  const pack = packs[bytes.readUInt8(at)];
  if (pack === undefined) throw new RangeError("a pack list without a pack");
  const id = bytes.toString("hex", at + 9, at + LIST_BYTES);
  const place = { id, pack, offset: bytes.readUInt32BE(at + 1), length: bytes.readUInt32BE(at + 5) };
  checkPlace(place, MAX_LIST_BYTES);
  return place;
}
