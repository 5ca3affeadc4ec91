/** Sealing of chunks, nodes, pack lists and tables inside packs (docs/vault-format.md, Sealing). */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { promisify } from "node:util";
import { constants, type ZstdOptions, zstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib";
import { TAG_BYTES } from "./constants.ts";
import { free } from "./memory.ts";
import type { PackKind } from "./pack/kind.ts";

/** Kinds of sealed items; part of the associated data. */
export const ITEM_TABLE = 0;
export const ITEM_CHUNK = 1;
export const ITEM_NODE = 2;
export const ITEM_LIST = 3;
export type ItemKind = typeof ITEM_CHUNK | typeof ITEM_NODE | typeof ITEM_LIST;

/** The kind of pack that holds items of a kind. */
export const packKindOfItem = (kind: ItemKind): PackKind => (kind === ITEM_CHUNK ? "chunks" : "nodes");

const CODEC_RAW = 0;
const CODEC_ZSTD = 1;
const NONCE_BYTES = 12;
/** log2 of the largest chunk, 1 MiB. */
const WINDOW_LOG = 20;
/** zstd's output exceeds incompressible input of up to 1 MiB by at most this (ZSTD_COMPRESSBOUND). */
const COMPRESS_ROOM_BYTES = 4096;
/** Codec byte and tag. */
export const SEAL_OVERHEAD = 1 + TAG_BYTES;
/** Nonce of the table: no item can have it. */
export const TABLE_NONCE = Buffer.from("ffffffff0000000000000000", "hex");

const compressAsync = promisify<Uint8Array, object, Buffer>(zstdCompress);
const decompressAsync = promisify<Uint8Array, object, Buffer>(zstdDecompress);

/** A payload ready to seal. */
export interface Packed {
  readonly codec: number;
  readonly payload: Uint8Array;
  /** True when no other code uses the payload's memory: it may be freed after sealing. */
  readonly own: boolean;
  readonly plainLength: number;
}

export function packRaw(plain: Uint8Array): Packed {
  return { codec: CODEC_RAW, payload: plain, own: false, plainLength: plain.length };
}

/** Options of zstd for one chunk or less. */
export function compressOptions(plainLength: number, level: number): ZstdOptions {
  return {
    // A window of chunk size and the size in advance save a fifth of the CPU time for 1 MiB, a quarter for 64 KiB.
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: WINDOW_LOG },
    pledgedSrcSize: plainLength,
    // Room for the output in one piece, which can be freed; several pieces would be joined and left to the collector.
    chunkSize: plainLength + COMPRESS_ROOM_BYTES,
  };
}

/** One byte more than the result: zstd then ends in one step instead of requesting another piece of output. */
export function decompressOptions(plainLength: number): ZstdOptions {
  return { maxOutputLength: plainLength, chunkSize: plainLength + 1 };
}

/** False when compression saves less than 1/32: then the plain bytes are sealed. */
export function isWorthIt(compressed: number, plain: number): boolean {
  return compressed <= plain - plain / 32;
}

/** A payload that a worker or the thread pool compressed; without one, the plain bytes. */
export function packedOf(plain: Uint8Array, compressed: Uint8Array | null): Packed {
  if (compressed === null) return packRaw(plain);
  return { codec: CODEC_ZSTD, payload: compressed, own: true, plainLength: plain.length };
}

/**
 * Compresses on the thread pool. The result was decompressed and compared: a fault of memory or of the compressor must not
 * become the only copy of a disk's content.
 */
export async function packCompressed(plain: Uint8Array, level: number): Promise<Packed> {
  const compressed = await compressAsync(plain, compressOptions(plain.length, level));
  if (!isWorthIt(compressed.length, plain.length)) {
    free(compressed);
    return packRaw(plain);
  }
  const back = await decompressAsync(compressed, decompressOptions(plain.length));
  if (Buffer.compare(back, plain) !== 0) throw new RangeError("Compressed content did not read back.");
  free(back);
  return packedOf(plain, compressed);
}

export function itemNonce(offset: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64BE(BigInt(offset), 4);
  return nonce;
}

export function itemContext(kind: number, id: Uint8Array): Buffer {
  const context = Buffer.allocUnsafe(1 + id.length);
  context[0] = kind;
  context.set(id, 1);
  return context;
}

export interface SealContext {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly context: Uint8Array;
}

/** AES-256-GCM over codec and payload. The sealed item is the joined parts. */
export function seal(item: Packed, { key, nonce, context }: SealContext): Buffer[] {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(context);
  const head = cipher.update(Uint8Array.of(item.codec));
  const body = cipher.update(item.payload);
  cipher.final();
  return [head, body, cipher.getAuthTag()];
}

/** Opens what {@link seal} returned and compares it with what it sealed. @throws Error when it differs */
export function checkSealed(
  [head, body, tag]: readonly Buffer[],
  item: Packed,
  { key, nonce, context }: SealContext,
): void {
  if (head === undefined || body === undefined || tag === undefined)
    throw new RangeError("not a sealed item");
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(context);
  decipher.setAuthTag(tag);
  const codec = decipher.update(head);
  const payload = decipher.update(body);
  decipher.final();
  if (codec[0] !== item.codec || !payload.equals(item.payload))
    throw new RangeError("A sealed item did not read back.");
  free(payload);
}

/** Authenticates and decrypts. @throws Error when the bytes, key, nonce or context differ from those of the sealing */
export function decrypt(sealed: Uint8Array, { key, nonce, context }: SealContext): Buffer {
  if (sealed.length < SEAL_OVERHEAD) throw new RangeError("too short for a sealed item");
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const opened = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  decipher.final();
  return opened;
}

/** Decrypts and decompresses. @throws RangeError when the result is not `plainLength` bytes */
export async function unseal(sealed: Uint8Array, seal: SealContext, plainLength: number): Promise<Buffer> {
  const { opened, payload, isRaw } = openPayload(sealed, seal);
  if (isRaw) return exactly(payload, plainLength);
  const plain = await decompressAsync(payload, decompressOptions(plainLength));
  free(opened);
  return exactly(plain, plainLength);
}

/** Like {@link unseal}, without waiting: for worker threads. */
export function unsealNow(sealed: Uint8Array, seal: SealContext, plainLength: number): Buffer {
  const { opened, payload, isRaw } = openPayload(sealed, seal);
  if (isRaw) return exactly(payload, plainLength);
  const plain = zstdDecompressSync(payload, decompressOptions(plainLength));
  free(opened);
  return exactly(plain, plainLength);
}

function openPayload(sealed: Uint8Array, seal: SealContext) {
  const opened = decrypt(sealed, seal);
  const [codec] = opened;
  if (codec !== CODEC_RAW && codec !== CODEC_ZSTD) throw new RangeError(`unknown codec ${codec}`);
  return { opened, payload: opened.subarray(1), isRaw: codec === CODEC_RAW };
}

/** Like {@link unseal}, for items that are never compressed: nodes and tables. */
export function unsealRaw(sealed: Uint8Array, seal: SealContext): Buffer {
  const opened = decrypt(sealed, seal);
  if (opened[0] !== CODEC_RAW) throw new RangeError(`a node with codec ${opened[0]}`);
  return opened.subarray(1);
}

function exactly(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new RangeError(`${bytes.length} plain bytes instead of ${length}`);
  return bytes;
}
