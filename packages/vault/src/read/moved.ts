/** Moved tables: where a reader finds the items of a compacted, damaged or replaced pack (docs/vault-format.md, Moved table). */
import { openOnce, sealOnce } from "../aead.ts";
import { PACK_ID_BYTES } from "../constants.ts";
import type { SealingKey, VaultKeys } from "../keys/derive.ts";
import { EPOCH_ID_BYTES } from "../keys/keyring.ts";
import { checkPlace, MAX_CHUNK_BYTES, MAX_LIST_BYTES, MAX_MOVED_BYTES } from "../maxima.ts";
import type { ChunkPlace } from "../types.ts";

/** New places of items of a pack, by old offset. */
export type MovedTable = ReadonlyMap<number, ChunkPlace>;

const HEAD = Buffer.from("KLUISMV1", "latin1");
const ENTRY_BYTES = 4 + PACK_ID_BYTES + 4 + 4;
const SEALED_AT = HEAD.length + EPOCH_ID_BYTES;
const MAX_ITEM_BYTES = Math.max(MAX_CHUNK_BYTES, MAX_LIST_BYTES);

const aead = (name: string, { epoch, key }: SealingKey) => ({
  key,
  context: Buffer.concat([HEAD, epoch, Buffer.from(name, "latin1")]),
});

/** Seals a table under the name of its object. @throws RangeError when it is larger than a reader accepts */
export function encodeMovedTable(name: string, table: MovedTable, keys: VaultKeys): Buffer {
  const plain = Buffer.alloc(table.size * ENTRY_BYTES);
  let at = 0;
  for (const [old, place] of [...table].sort(([a], [b]) => a - b)) {
    plain.writeUInt32BE(old, at);
    plain.write(place.pack, at + 4, "hex");
    plain.writeUInt32BE(place.offset, at + 20);
    plain.writeUInt32BE(place.length, at + 24);
    at += ENTRY_BYTES;
  }
  const key = keys.newestSealingKey();
  const sealed = Buffer.concat([HEAD, key.epoch, sealOnce(plain, aead(name, key))]);
  if (sealed.length > MAX_MOVED_BYTES) throw new RangeError("A moved table with too many items.");
  return sealed;
}

/** @throws Error when the bytes are not the table of this name */
export function decodeMovedTable(name: string, bytes: Buffer, keys: VaultKeys): MovedTable {
  if (bytes.length < SEALED_AT || !bytes.subarray(0, HEAD.length).equals(HEAD))
    throw new RangeError("not a moved table");
  const key = keys.sealingKey(bytes.subarray(HEAD.length, SEALED_AT));
  const plain = openOnce(bytes.subarray(SEALED_AT), aead(name, key));
  if (plain.length % ENTRY_BYTES !== 0) throw new RangeError("a moved table of broken length");
  const table = new Map<number, ChunkPlace>();
  let last = -1;
  for (let at = 0; at < plain.length; at += ENTRY_BYTES) {
    const old = plain.readUInt32BE(at);
    if (old <= last) throw new RangeError("a moved table out of order");
    last = old;
    const place = {
      pack: plain.toString("hex", at + 4, at + 20),
      offset: plain.readUInt32BE(at + 20),
      length: plain.readUInt32BE(at + 24),
    };
    checkPlace(place, MAX_ITEM_BYTES);
    table.set(old, place);
  }
  return table;
}
