import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { PACK_ID_BYTES, TAG_BYTES } from "../constants.ts";
import type { ChunkPlace } from "../types.ts";

/** Where the items of a compacted pack lie now, by their old offset (docs/vault-format.md, Moved table). */
export type MovedTable = ReadonlyMap<number, ChunkPlace>;

const HEAD = Buffer.from("KLUISMV1", "latin1");
const NONCE_BYTES = 12;
const ENTRY_BYTES = 4 + PACK_ID_BYTES + 4 + 4;
const context = (pack: string) => Buffer.from(`moved/${pack}`, "latin1");

/** Seals the table that stands for a pack after its live items were sealed anew elsewhere. */
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
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(context(pack));
  return Buffer.concat([HEAD, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when the bytes are not the table of this pack. */
export function decodeMovedTable(pack: string, bytes: Buffer, key: Uint8Array): MovedTable {
  const start = HEAD.length + NONCE_BYTES;
  if (bytes.length < start + TAG_BYTES || !bytes.subarray(0, HEAD.length).equals(HEAD)) {
    throw new RangeError("not a moved table");
  }
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(HEAD.length, start), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(context(pack));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const plain = Buffer.concat([
    decipher.update(bytes.subarray(start, bytes.length - TAG_BYTES)),
    decipher.final(),
  ]);
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
