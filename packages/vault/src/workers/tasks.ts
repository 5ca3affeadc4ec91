/** What a worker does: everything that costs processor time per byte. Pure but for the buffers of a task. */
import { closeSync, openSync, readSync } from "node:fs";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { Blake3Hasher } from "@napi-rs/blake-hash";
import { BLOCK_BYTES, DIGEST_BYTES, MAX_READ_BYTES } from "../constants.ts";
import { free } from "../memory.ts";
import type { FileRanges } from "../read/target-file.ts";
import {
  compressOptions,
  decompressOptions,
  ITEM_CHUNK,
  isWorthIt,
  itemContext,
  itemNonce,
  unsealNow,
} from "../seal.ts";
import { openTarget, type Target } from "./targets.ts";

/** Numbers per chunk in a run's plan: start in the run, sealed length, offset in the pack, blocks, keep (0 or 1), uses. */
const CHUNK_NUMBERS = 6;
/** Numbers per use of a block: position in the chunk, place in the target. */
const USE_NUMBERS = 2;

/** A range of a file, which the worker reads on its own. */
export interface FileRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Chunks next to each other in one pack: sealed, with what the reader wants of them. */
export interface OpenRunTask {
  readonly kind: "open-run";
  /** The sealed bytes, which the worker frees, or where they are. */
  readonly sealed: Uint8Array | FileRange;
  readonly packKey: Uint8Array;
  readonly blockKey: Uint8Array;
  /** Per chunk six numbers, then two per use; see {@link RunPlan}. */
  readonly plan: Int32Array;
  /** Ids of the chunks, one after the other. */
  readonly ids: Uint8Array;
  /** Expected digests of the uses, one after the other. */
  readonly digests: Uint8Array;
  /** Memory that is shared, or a file; null only checks. */
  readonly target: Uint8Array | FileRanges | null;
}

/** Digests of the blocks in shared memory. */
export interface DigestTask {
  readonly kind: "digest";
  /** Whole blocks. */
  readonly bytes: Uint8Array;
  readonly blockKey: Uint8Array;
}

/** Compression of pieces of shared memory. */
export interface CompressTask {
  readonly kind: "compress";
  readonly bytes: Uint8Array;
  /** Start and length of each piece. */
  readonly pieces: Int32Array;
  readonly level: number;
}

export type WorkerTask = OpenRunTask | DigestTask | CompressTask;

export interface OpenRunAnswer {
  readonly kind: "open-run";
  /** Indexes of chunks that did not open or do not hold the wanted blocks. */
  readonly failed: readonly number[];
  /** Plain bytes of the chunks to keep, by index. */
  readonly kept: readonly { readonly chunk: number; readonly plain: Uint8Array }[];
}

export interface DigestAnswer {
  readonly kind: "digest";
  /** Digests one after the other; of a block of zeros, zeros. */
  readonly digests: Uint8Array;
}

export interface CompressAnswer {
  readonly kind: "compress";
  /** Null where compression saves too little. Each has its own memory. */
  readonly payloads: readonly (Uint8Array | null)[];
}

export type WorkerAnswer = OpenRunAnswer | DigestAnswer | CompressAnswer;

/** Does a task; throws only for a fault of the program or of the machine. */
export function doTask(task: WorkerTask): WorkerAnswer {
  switch (task.kind) {
    case "open-run":
      return openRun(task);
    case "digest":
      return digestBlocks(task);
    case "compress":
      return compressPieces(task);
  }
}

/** Memory that an answer gives away instead of copying it. */
export function transfersOf(answer: WorkerAnswer): ArrayBuffer[] {
  const views =
    answer.kind === "open-run"
      ? answer.kept.map(({ plain }) => plain)
      : answer.kind === "compress"
        ? answer.payloads
        : [];
  return views.flatMap((view) => (view?.buffer instanceof ArrayBuffer ? [view.buffer] : []));
}

export interface PlannedChunk {
  /** Hex. */
  readonly id: string;
  readonly start: number;
  readonly length: number;
  readonly packOffset: number;
  readonly blocks: number;
  readonly keep: boolean;
  readonly uses: readonly { readonly position: number; readonly at: number; readonly digest: Uint8Array }[];
}

/** Flattens chunks for a task: a message of many small objects costs more than opening a chunk. */
export function encodePlan(chunks: readonly PlannedChunk[]): Pick<OpenRunTask, "plan" | "ids" | "digests"> {
  const uses = chunks.reduce((sum, chunk) => sum + chunk.uses.length, 0);
  const plan = new Int32Array(chunks.length * CHUNK_NUMBERS + uses * USE_NUMBERS);
  const ids = new Uint8Array(chunks.length * DIGEST_BYTES);
  const digests = new Uint8Array(uses * DIGEST_BYTES);
  let at = 0;
  let use = 0;
  for (const [n, chunk] of chunks.entries()) {
    ids.set(Buffer.from(chunk.id, "hex"), n * DIGEST_BYTES);
    const { start, length, packOffset, blocks, keep } = chunk;
    plan.set([start, length, packOffset, blocks, keep ? 1 : 0, chunk.uses.length], at);
    at += CHUNK_NUMBERS;
    for (const { position, at: place, digest } of chunk.uses) {
      plan.set([position, place], at);
      at += USE_NUMBERS;
      digests.set(digest, use++ * DIGEST_BYTES);
    }
  }
  return { plan, ids, digests };
}

function openRun(task: OpenRunTask): OpenRunAnswer {
  const { plan, ids } = task;
  const bytes = sealedBytes(task.sealed);
  using target = openTarget(task.target);
  const hasher = hasherOf(task.blockKey);
  const failed: number[] = [];
  const kept: { chunk: number; plain: Uint8Array }[] = [];
  let n = 0;
  let use = 0;
  for (let at = 0; at < plan.length; n++) {
    const [start = 0, length = 0, packOffset = 0, blocks = 0, keep = 0, uses = 0] = plan.subarray(
      at,
      at + CHUNK_NUMBERS,
    );
    const wanted = plan.subarray(at + CHUNK_NUMBERS, at + CHUNK_NUMBERS + uses * USE_NUMBERS);
    const digests = task.digests.subarray(use * DIGEST_BYTES, (use + uses) * DIGEST_BYTES);
    at += CHUNK_NUMBERS + wanted.length;
    use += uses;
    const context = itemContext(ITEM_CHUNK, ids.subarray(n * DIGEST_BYTES, (n + 1) * DIGEST_BYTES));
    const seal = { key: task.packKey, nonce: itemNonce(packOffset), context };
    const plain = bytes === null ? null : openChunk(bytes.subarray(start, start + length), seal, blocks);
    if (plain === null || !useBlocks(plain, { wanted, digests, hasher, target })) failed.push(n);
    else if (keep === 1) kept.push({ chunk: n, plain });
    if (plain !== null && keep === 0) free(plain);
  }
  if (task.sealed instanceof Uint8Array) free(task.sealed);
  return target.finish()
    ? { kind: "open-run", failed, kept }
    : { kind: "open-run", failed: Array.from({ length: n }, (_, chunk) => chunk), kept: [] };
}

/** Null when a file cannot be read or ends early: the reader finds out why. */
function sealedBytes(sealed: Uint8Array | FileRange): Buffer | null {
  return sealed instanceof Uint8Array ? bufferOf(sealed) : readRange(sealed);
}

/** The range that was read last: the next one overwrites it. */
let input = Buffer.alloc(0);

function readRange({ path, offset, length }: FileRange): Buffer | null {
  if (input.length < length) input = Buffer.allocUnsafeSlow(Math.max(length, MAX_READ_BYTES));
  try {
    const file = openSync(path, "r");
    try {
      let done = 0;
      while (done < length) {
        const read = readSync(file, input, done, length - done, offset + done);
        if (read === 0) return null;
        done += read;
      }
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
  return input.subarray(0, length);
}

/** Null when it does not open: the reader finds out why, and whether the chunk has another place. */
function openChunk(sealed: Buffer, seal: Parameters<typeof unsealNow>[1], blocks: number): Buffer | null {
  try {
    return unsealNow(sealed, seal, blocks * BLOCK_BYTES);
  } catch {
    return null;
  }
}

interface Uses {
  readonly wanted: Int32Array;
  readonly digests: Uint8Array;
  readonly hasher: Blake3Hasher;
  readonly target: Target;
}

/** Checks the wanted blocks, then puts them into the target; false when one is another than expected. */
function useBlocks(plain: Buffer, { wanted, digests, hasher, target }: Uses): boolean {
  for (let n = 0; n * USE_NUMBERS < wanted.length; n++) {
    const position = wanted[n * USE_NUMBERS] ?? 0;
    const block = plain.subarray(position * BLOCK_BYTES, (position + 1) * BLOCK_BYTES);
    const expected = digests.subarray(n * DIGEST_BYTES, (n + 1) * DIGEST_BYTES);
    if (Buffer.compare(digestOf(hasher, block), expected) !== 0) return false;
  }
  target.put(plain, wanted);
  return true;
}

const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);

function digestBlocks({ bytes, blockKey }: DigestTask): DigestAnswer {
  const hasher = hasherOf(blockKey);
  const blocks = bytes.length / BLOCK_BYTES;
  const digests = new Uint8Array(blocks * DIGEST_BYTES);
  for (let n = 0; n < blocks; n++) {
    const block = bytes.subarray(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES);
    if (!ZERO_BLOCK.equals(block)) digests.set(digestOf(hasher, block), n * DIGEST_BYTES);
  }
  return { kind: "digest", digests };
}

function compressPieces({ bytes, pieces, level }: CompressTask): CompressAnswer {
  const payloads: (Uint8Array | null)[] = [];
  for (let at = 0; at < pieces.length; at += 2) {
    const [start = 0, length = 0] = pieces.subarray(at, at + 2);
    payloads.push(compressPiece(bytes.subarray(start, start + length), level));
  }
  return { kind: "compress", payloads };
}

/** Decompresses and compares what it returns. */
function compressPiece(plain: Uint8Array, level: number): Uint8Array | null {
  const packed = zstdCompressSync(plain, compressOptions(plain.length, level));
  if (!isWorthIt(packed.length, plain.length)) {
    free(packed);
    return null;
  }
  const back = zstdDecompressSync(packed, decompressOptions(plain.length));
  if (Buffer.compare(back, plain) !== 0) throw new RangeError("Compressed content did not read back.");
  free(back);
  return packed;
}

let hasher: { readonly key: Uint8Array; readonly hasher: Blake3Hasher } | null = null;

/** The hasher of a vault: a worker mostly works for one. */
function hasherOf(key: Uint8Array): Blake3Hasher {
  if (hasher === null || Buffer.compare(hasher.key, key) !== 0)
    hasher = { key: key.slice(), hasher: Blake3Hasher.newKeyed(bufferOf(key)) };
  return hasher.hasher;
}

function digestOf(hasher: Blake3Hasher, bytes: Uint8Array): Buffer {
  hasher.reset();
  return hasher.update(bufferOf(bytes)).digestBuffer().subarray(0, DIGEST_BYTES);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
