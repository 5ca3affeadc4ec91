/** Moved tables: where a reader finds the items of a compacted pack (docs/vault-format.md, Moved table). */
import { openOnce, sealOnce } from "../aead.ts";
import { PACK_ID_BYTES } from "../constants.ts";
import type { ChunkPlace } from "../types.ts";

/** New places of the items of a compacted pack, by old offset. */
export type MovedTable = ReadonlyMap<number, ChunkPlace>;

const HEAD = Buffer.from("KLUISMV1", "latin1");
const ENTRY_BYTES = 4 + PACK_ID_BYTES + 4 + 4;
const context = (pack: string) => Buffer.from(`moved/${pack}`, "latin1");

/** Seals the table that replaces a pack whose live items were sealed again in another pack. */
export function encodeMovedTable(pack: string, table: MovedTable, key: Uint8Array): Buffer {
  const plain = Buffer.alloc(table.size * ENTRY_BYTES);
  let at = 0;
  for (const [old, place] of [...table].sort(([a], [b]) => a - b)) {
    plain.writeUInt32BE(old, at);
    plain.write(place.pack, at + 4, "hex");
    plain.writeUInt32BE(place.offset, at + 20);
    plain.writeUInt32BE(place.length, at + 24);
    at += ENTRY_BYTES;
  }
  return Buffer.concat([HEAD, sealOnce(plain, { key, context: context(pack) })]);
}

/** @throws Error when the bytes are not the table of this pack */
export function decodeMovedTable(pack: string, bytes: Buffer, key: Uint8Array): MovedTable {
  if (!bytes.subarray(0, HEAD.length).equals(HEAD)) throw new RangeError("not a moved table");
  const plain = openOnce(bytes.subarray(HEAD.length), { key, context: context(pack) });
  if (plain.length % ENTRY_BYTES !== 0) throw new RangeError("a moved table of broken length");
  const table = new Map<number, ChunkPlace>();
  for (let at = 0; at < plain.length; at += ENTRY_BYTES) {
    table.set(plain.readUInt32BE(at), {
      pack: plain.toString("hex", at + 4, at + 20),
      offset: plain.readUInt32BE(at + 20),
      length: plain.readUInt32BE(at + 24),
    });
  }
  return table;
}
