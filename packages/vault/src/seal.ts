import { createCipheriv, createDecipheriv } from "node:crypto";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { TAG_BYTES } from "./constants.ts";
import { free } from "./memory.ts";

/** Kinds of sealed items; part of the associated data. */
export const ITEM_TABLE = 0;
export const ITEM_CHUNK = 1;
export const ITEM_NODE = 2;
export type ItemKind = typeof ITEM_CHUNK | typeof ITEM_NODE;

const CODEC_RAW = 0;
const CODEC_ZSTD = 1;
const NONCE_BYTES = 12;
/** log2 of the largest chunk, 1 MiB. */
const WINDOW_LOG = 20;
/** zstd's output for data that it cannot compress is this little larger than the input at most (ZSTD_COMPRESSBOUND, up to 1 MiB). */
const COMPRESS_ROOM_BYTES = 4096;
/** Codec byte and tag. */
export const SEAL_OVERHEAD = 1 + TAG_BYTES;
/** Position of the table in nonce space: no item can lie there. */
export const TABLE_NONCE = Buffer.from("ffffffff0000000000000000", "hex");

const compressAsync = promisify<Uint8Array, object, Buffer>(zstdCompress);
const decompressAsync = promisify<Uint8Array, object, Buffer>(zstdDecompress);

/** A payload that is ready to be sealed. */
export interface Packed {
  readonly codec: number;
  readonly payload: Uint8Array;
  /** True when the payload is nobody else's memory: it may be freed after sealing. */
  readonly own: boolean;
  readonly plainLength: number;
}

export function packRaw(plain: Uint8Array): Packed {
  return { codec: CODEC_RAW, payload: plain, own: false, plainLength: plain.length };
}

/** Compresses on the thread pool; keeps the plain bytes when compression saves less than 1/32. */
export async function packCompressed(plain: Uint8Array, level: number): Promise<Packed> {
  const compressed = await compressAsync(plain, {
    // A window as large as a chunk, and the true size told before: a fifth less CPU time for 1 MiB, a quarter less for 64 KiB.
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: WINDOW_LOG },
    pledgedSrcSize: plain.length,
    // Room for all of the output in one piece, which is freed after sealing; several pieces would be joined and left to the collector.
    chunkSize: plain.length + COMPRESS_ROOM_BYTES,
  });
  if (compressed.length > plain.length - plain.length / 32) {
    free(compressed);
    return packRaw(plain);
  }
  return { codec: CODEC_ZSTD, payload: compressed, own: true, plainLength: plain.length };
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

/** AES-256-GCM over codec and payload; the parts join to the sealed item. */
export function seal(item: Packed, { key, nonce, context }: SealContext): Buffer[] {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(context);
  const head = cipher.update(Uint8Array.of(item.codec));
  const body = cipher.update(item.payload);
  cipher.final();
  return [head, body, cipher.getAuthTag()];
}

/** Authenticates and decrypts; throws when the bytes are not what was sealed there. */
export function decrypt(sealed: Uint8Array, { key, nonce, context }: SealContext): Buffer {
  if (sealed.length < SEAL_OVERHEAD) throw new RangeError("too short for a sealed item");
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const opened = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  decipher.final();
  return opened;
}

/** Decrypts and decompresses; `plainLength` is what must come out. */
export async function unseal(sealed: Uint8Array, seal: SealContext, plainLength: number): Promise<Buffer> {
  const opened = decrypt(sealed, seal);
  const payload = opened.subarray(1);
  if (opened[0] === CODEC_RAW) return exactly(payload, plainLength);
  if (opened[0] !== CODEC_ZSTD) throw new RangeError(`unknown codec ${opened[0]}`);
  // One byte of room more than the result: zstd then ends in one step instead of asking for another piece of output.
  const plain = await decompressAsync(payload, { maxOutputLength: plainLength, chunkSize: plainLength + 1 });
  free(opened);
  return exactly(plain, plainLength);
}

/** Like `unseal` for items that are never compressed: nodes. */
export function unsealRaw(sealed: Uint8Array, seal: SealContext): Buffer {
  const opened = decrypt(sealed, seal);
  if (opened[0] !== CODEC_RAW) throw new RangeError(`a node with codec ${opened[0]}`);
  return opened.subarray(1);
}

function exactly(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new RangeError(`${bytes.length} plain bytes instead of ${length}`);
  return bytes;
}
