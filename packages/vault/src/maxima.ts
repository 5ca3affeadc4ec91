/** The most bytes of every kind of object and item (docs/vault-format.md, Objects and maxima). Checked before anything is read. */
import { WINDOW_BYTES } from "./constants.ts";
import { SEAL_OVERHEAD } from "./seal.ts";
import { type BlobStore, checkAnswer } from "./store/port.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

export const MAX_DESCRIPTOR_BYTES = 64 * KIB;
export const MAX_SLOT_BYTES = 64 * KIB;
export const MAX_PACK_BYTES = 64 * MIB;
export const MAX_MOVED_BYTES = 16 * MIB;
export const MAX_MANIFEST_BYTES = 32 * MIB;
export const MAX_MANIFEST_PLAIN_BYTES = 64 * MIB;
/** Of the sealed table at the end of a pack. */
export const MAX_TABLE_BYTES = 16 * MIB;
export const MAX_PACK_ITEMS = 262_144;
/** Sealed: the length of a node's place has two bytes. */
export const MAX_NODE_BYTES = 64 * KIB - 1;
export const MAX_LIST_BYTES = 512 * KIB;
export const MAX_CHUNK_BYTES = WINDOW_BYTES + SEAL_OVERHEAD;
/** Moves of one item that a reader follows. */
export const MAX_HOPS = 8;

/**
 * Reads a whole object that has at most `most` bytes. The store compares the size before it reads.
 * @throws KluisError VAULT_DATA_DAMAGED naming an object that is larger; VAULT_OBJECT_MISSING
 */
export async function readObject(
  store: BlobStore,
  name: string,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  const bytes = await store.get(name, { most, signal });
  checkAnswer(name, bytes.length, most);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** @throws RangeError when a place is not inside a pack, or longer than its kind allows */
export function checkPlace(
  { offset, length }: { readonly offset: number; readonly length: number },
  most: number,
): void {
  if (length <= SEAL_OVERHEAD || length > most || offset + length > MAX_PACK_BYTES)
    throw new RangeError("a place outside the bounds of a pack");
}
