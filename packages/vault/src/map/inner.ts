import { DIGEST_BYTES, FAN_OUT, MAX_LEVEL, PACK_ID_BYTES } from "../constants.ts";
import type { NodePlace } from "../node-ref.ts";

/** An inner node: up to 32 children of the level below, null where the disk is zero. At least one is not null. */
export interface Inner {
  readonly level: number;
  readonly children: readonly (NodePlace | null)[];
}

const HEAD_BYTES = 6;
const CHILD_BYTES = 7 + DIGEST_BYTES;

export function innerMask(inner: Inner): number {
  let mask = 0;
  inner.children.forEach((child, i) => {
    if (child !== null) mask |= 1 << i;
  });
  return mask >>> 0;
}

export function innerDigests(inner: Inner): Buffer[] {
  return inner.children.flatMap((child) => (child === null ? [] : [Buffer.from(child.digest, "hex")]));
}

export function encodeInner(inner: Inner): Buffer {
  const present = inner.children.filter((child) => child !== null);
  const packs = [...new Set(present.map((child) => child.pack))];
  const out = Buffer.alloc(HEAD_BYTES + packs.length * PACK_ID_BYTES + present.length * CHILD_BYTES);
  out.writeUInt8(inner.level);
  out.writeUInt32BE(innerMask(inner), 1);
  out.writeUInt8(packs.length, 5);
  let at = HEAD_BYTES;
  for (const pack of packs) at += out.write(pack, at, "hex");
  for (const child of present) {
    out.writeUInt8(packs.indexOf(child.pack), at);
    out.writeUInt32BE(child.offset, at + 1);
    out.writeUInt16BE(child.length, at + 5);
    at += 7 + out.write(child.digest, at + 7, "hex");
  }
  return out;
}

/** Throws a RangeError when the bytes are not an inner node. */
export function decodeInner(bytes: Buffer): Inner {
  if (bytes.length < HEAD_BYTES) throw new RangeError("not an inner node");
  const level = bytes.readUInt8(0);
  if (level < 1 || level > MAX_LEVEL) throw new RangeError("an inner node of unknown level");
  const mask = bytes.readUInt32BE(1);
  const packCount = bytes.readUInt8(5);
  let at = HEAD_BYTES;
  const packs: string[] = [];
  for (let n = 0; n < packCount; n++, at += PACK_ID_BYTES)
    packs.push(bytes.toString("hex", at, at + PACK_ID_BYTES));
  const children: (NodePlace | null)[] = [];
  for (let i = 0; i < FAN_OUT; i++) {
    if ((mask & (1 << i)) === 0) {
      children.push(null);
      continue;
    }
    if (at + CHILD_BYTES > bytes.length) throw new RangeError("an inner node that ends early");
    const pack = packs[bytes.readUInt8(at)];
    if (pack === undefined) throw new RangeError("a child without a pack");
    const [offset, length] = [bytes.readUInt32BE(at + 1), bytes.readUInt16BE(at + 5)];
    children.push({
      level: level - 1,
      digest: bytes.toString("hex", at + 7, at + CHILD_BYTES),
      pack,
      offset,
      length,
    });
    at += CHILD_BYTES;
  }
  if (mask === 0 || at !== bytes.length) throw new RangeError("an inner node of wrong length");
  return { level, children };
}
