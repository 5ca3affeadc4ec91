/** The table of contents at the end of a pack (docs/vault-format.md, Pack). */
import { DIGEST_BYTES } from "../constants.ts";
import { MAX_PACK_ITEMS, MAX_TABLE_BYTES } from "../maxima.ts";
import {
  ITEM_CHUNK,
  ITEM_LIST,
  ITEM_NODE,
  ITEM_TABLE,
  type ItemKind,
  packKindOfItem,
  packRaw,
  SEAL_OVERHEAD,
  seal,
  TABLE_NONCE,
  unsealRaw,
} from "../seal.ts";
import { type PackKind, packKindByte } from "./kind.ts";

/** An item of a pack. `offset` and `length`: of the sealed item, in bytes. */
export interface PackItem {
  readonly kind: ItemKind;
  /** Chunk id, node digest or id of a pack list, hex. */
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  readonly plainLength: number;
}

/** What a table needs to open. */
export interface TableKey {
  readonly id: Uint8Array;
  readonly kind: PackKind;
  readonly key: Uint8Array;
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

function decodeItems(table: Buffer, { end, kind: packKind }: { end: number; kind: PackKind }): PackItem[] {
  if (table.length % ITEM_BYTES !== 0) throw new RangeError("a table of broken length");
  const items: PackItem[] = [];
  let offset = PACK_HEAD.length;
  for (let at = 0; at < table.length; at += ITEM_BYTES) {
    const kind = table.readUInt8(at);
    if (kind !== ITEM_CHUNK && kind !== ITEM_NODE && kind !== ITEM_LIST)
      throw new RangeError(`an item of unknown kind ${kind}`);
    if (packKindOfItem(kind) !== packKind) throw new RangeError("an item in a pack of the wrong kind");
    const id = table.toString("hex", at + 1, at + 1 + DIGEST_BYTES);
    const length = table.readUInt32BE(at + 1 + DIGEST_BYTES);
    items.push({ kind, id, offset, length, plainLength: table.readUInt32BE(at + 5 + DIGEST_BYTES) });
    offset += length;
  }
  if (offset !== end) throw new RangeError("items that do not fill the pack");
  return items;
}

/** Binds the table to its pack and to every byte of the head and the trailer. */
function tableContext({ id, kind }: TableKey, trailer: Buffer): Buffer {
  return Buffer.concat([
    Uint8Array.of(ITEM_TABLE),
    id,
    Uint8Array.of(packKindByte[kind]),
    trailer.subarray(0, 8),
    PACK_HEAD,
    trailer.subarray(8),
  ]);
}

/** Returns the end of a pack: sealed table and trailer. */
export function sealTable(items: readonly PackItem[], pack: TableKey): Buffer {
  const plain = encodeItems(items);
  const bytes = plain.length + SEAL_OVERHEAD;
  if (items.length > MAX_PACK_ITEMS || bytes > MAX_TABLE_BYTES)
    throw new RangeError("A pack has too many items.");
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32BE(bytes);
  trailer.writeUInt32BE(items.length, 4);
  trailer.set(PACK_END, 8);
  const context = tableContext(pack, trailer);
  return Buffer.concat([...seal(packRaw(plain), { key: pack.key, nonce: TABLE_NONCE, context }), trailer]);
}

/** Reads a pack's last 16 bytes. @throws RangeError when they are not a trailer, or claim more than a table may have */
export function parseTrailer(trailer: Buffer): { readonly tableBytes: number; readonly items: number } {
  if (trailer.length !== TRAILER_BYTES || !trailer.subarray(8).equals(PACK_END)) {
    throw new RangeError("no trailer at its end");
  }
  const [tableBytes, items] = [trailer.readUInt32BE(0), trailer.readUInt32BE(4)];
  if (tableBytes > MAX_TABLE_BYTES || items > MAX_PACK_ITEMS)
    throw new RangeError("a table larger than a pack may have");
  return { tableBytes, items };
}

/** Opens a table. `tail`: sealed table and trailer; `pack.bytes`: length of the whole pack. @throws Error when it does not open */
export function openTable(tail: Buffer, pack: TableKey & { readonly bytes: number }): PackItem[] {
  const trailer = tail.subarray(Math.max(0, tail.length - TRAILER_BYTES));
  const { tableBytes, items } = parseTrailer(trailer);
  if (tail.length !== tableBytes + TRAILER_BYTES) throw new RangeError("a table of wrong length");
  const context = tableContext(pack, trailer);
  const plain = unsealRaw(tail.subarray(0, tableBytes), { key: pack.key, nonce: TABLE_NONCE, context });
  const decoded = decodeItems(plain, { end: pack.bytes - tail.length, kind: pack.kind });
  if (decoded.length !== items)
    throw new RangeError("a table whose number of items differs from its trailer");
  return decoded;
}
