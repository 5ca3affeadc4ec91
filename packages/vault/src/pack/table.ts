/** The table of contents at the end of a pack (docs/vault-format.md, Pack). */
import { DIGEST_BYTES } from "../constants.ts";
import {
  ITEM_CHUNK,
  ITEM_NODE,
  ITEM_TABLE,
  type ItemKind,
  itemContext,
  packRaw,
  seal,
  TABLE_NONCE,
  unsealRaw,
} from "../seal.ts";

/** An item of a pack. `offset` and `length`: of the sealed item, in bytes. */
export interface PackItem {
  readonly kind: ItemKind;
  /** Chunk id or node digest, hex. */
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  readonly plainLength: number;
}

export const PACK_HEAD = Buffer.from("KLUISPK1", "latin1");
const PACK_END = Buffer.from("KLUISPE1", "latin1");
export const TRAILER_BYTES = 16;
const ITEM_BYTES = 1 + DIGEST_BYTES + 4 + 4;

function encodeItems(items: readonly PackItem[]): Buffer {
  const table = Buffer.alloc(items.length * ITEM_BYTES);
  let at = 0;
  for (const item of items) {
    table.writeUInt8(item.kind, at);
    table.write(item.id, at + 1, "hex");
    table.writeUInt32BE(item.length, at + 1 + DIGEST_BYTES);
    table.writeUInt32BE(item.plainLength, at + 5 + DIGEST_BYTES);
    at += ITEM_BYTES;
  }
  return table;
}

function decodeItems(table: Buffer, end: number): PackItem[] {
  if (table.length % ITEM_BYTES !== 0) throw new RangeError("a table of broken length");
  const items: PackItem[] = [];
  let offset = PACK_HEAD.length;
  for (let at = 0; at < table.length; at += ITEM_BYTES) {
    const kind = table.readUInt8(at);
    if (kind !== ITEM_CHUNK && kind !== ITEM_NODE) throw new RangeError(`an item of unknown kind ${kind}`);
    const id = table.toString("hex", at + 1, at + 1 + DIGEST_BYTES);
    const length = table.readUInt32BE(at + 1 + DIGEST_BYTES);
    items.push({ kind, id, offset, length, plainLength: table.readUInt32BE(at + 5 + DIGEST_BYTES) });
    offset += length;
  }
  if (offset !== end) throw new RangeError("items that do not fill the pack");
  return items;
}

/** Returns the end of a pack: sealed table and trailer. */
export function sealTable(items: readonly PackItem[], packId: Uint8Array, key: Uint8Array): Buffer {
  const context = itemContext(ITEM_TABLE, packId);
  const table = Buffer.concat(seal(packRaw(encodeItems(items)), { key, nonce: TABLE_NONCE, context }));
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32BE(table.length);
  trailer.writeUInt32BE(items.length, 4);
  trailer.set(PACK_END, 8);
  return Buffer.concat([table, trailer]);
}

/** Reads a pack's last 16 bytes. @throws RangeError when they are not a trailer */
export function parseTrailer(trailer: Buffer): { readonly tableBytes: number; readonly items: number } {
  if (trailer.length !== TRAILER_BYTES || !trailer.subarray(8).equals(PACK_END)) {
    throw new RangeError("no trailer at its end");
  }
  return { tableBytes: trailer.readUInt32BE(0), items: trailer.readUInt32BE(4) };
}

/** Opens a table. `tail`: sealed table and trailer; `pack.bytes`: length of the whole pack. @throws Error when it does not open */
export function openTable(
  tail: Buffer,
  pack: { readonly id: Uint8Array; readonly key: Uint8Array; readonly bytes: number },
): PackItem[] {
  const { tableBytes, items } = parseTrailer(tail.subarray(Math.max(0, tail.length - TRAILER_BYTES)));
  if (tail.length !== tableBytes + TRAILER_BYTES) throw new RangeError("a table of wrong length");
  const context = itemContext(ITEM_TABLE, pack.id);
  const plain = unsealRaw(tail.subarray(0, tableBytes), { key: pack.key, nonce: TABLE_NONCE, context });
  const decoded = decodeItems(plain, pack.bytes - tail.length);
  if (decoded.length !== items)
    throw new RangeError("a table whose number of items differs from its trailer");
  return decoded;
}
