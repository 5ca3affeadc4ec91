/** Where a worker puts the blocks that it opened: shared memory, or a file. */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { BLOCK_BYTES, MAX_READ_BYTES } from "../constants.ts";
import { type FileRanges, type FileWrite, writesOf } from "../read/target-file.ts";

export interface Target extends Disposable {
  /** Takes blocks of a chunk: position in the chunk and place in the target, in pairs. */
  put(plain: Buffer, blocks: Int32Array): void;
  /** @returns false when blocks that were put cannot be written: the reader tries it again, and finds out why */
  finish(): boolean;
}

const nothing = (): void => undefined;

export function openTarget(target: Uint8Array | FileRanges | null): Target {
  if (target === null) return { put: nothing, finish: () => true, [Symbol.dispose]: nothing };
  return target instanceof Uint8Array ? memoryTarget(target) : new FileTarget(target);
}

function memoryTarget(target: Uint8Array): Target {
  const put = (plain: Buffer, blocks: Int32Array): void => copyBlocks(plain, blocks, target);
  return { put, finish: () => true, [Symbol.dispose]: nothing };
}

function copyBlocks(plain: Buffer, blocks: Int32Array, target: Uint8Array): void {
  for (let n = 0; n < blocks.length; n += 2) {
    const [position = 0, at = 0] = blocks.subarray(n, n + 2);
    copyBlock(plain.subarray(position * BLOCK_BYTES, (position + 1) * BLOCK_BYTES), at, target);
  }
}

/** Copies the part of a block that lies inside the target. */
export function copyBlock(block: Uint8Array, at: number, target: Uint8Array): void {
  const from = Math.max(0, -at);
  const to = Math.min(block.length, target.length - at);
  if (to > from) target.set(block.subarray(from, to), at + from);
}

/**
 * The blocks of one task. Memory of a buffer that can be resized begins at a page, as the system wants it for a write that bypasses its
 * cache. The last block may end behind what is read at once.
 */
let gathered: Buffer | null = null;
const GATHERED_BYTES = MAX_READ_BYTES + BLOCK_BYTES;

/** Shorter writes go through the cache of the system, which joins them: each one that bypasses it waits for the device. */
const DIRECT_BYTES = 512 * 1024;
/** Of the length of a write that bypasses the cache; its place is a multiple of a block. */
const DIRECT_UNIT = 4096;
/** Undefined on a system that cannot bypass its cache. */
const DIRECT: number | undefined = constants.O_DIRECT;

/**
 * Gathers blocks, and writes neighbors at once. Long writes bypass the cache of the system, where the system can: the copy into it took
 * more processor time than all other work of a restore together, and the file is flushed at its end anyway.
 */
class FileTarget implements Target {
  private readonly target: FileRanges;
  /** Places of the gathered blocks. */
  private readonly places: number[] = [];
  private readonly files: number[] = [];
  private cached: number | null = null;
  private direct: number | null = null;
  private isDirect = DIRECT !== undefined;

  constructor(target: FileRanges) {
    this.target = target;
  }

  put(plain: Buffer, blocks: Int32Array): void {
    gathered ??= Buffer.from(new ArrayBuffer(GATHERED_BYTES, { maxByteLength: GATHERED_BYTES }));
    copyBlocks(plain, blocks, gathered);
    for (let n = 1; n < blocks.length; n += 2) this.places.push(blocks[n] ?? 0);
  }

  finish(): boolean {
    if (gathered === null || this.places.length === 0) return true;
    const ascending = this.places.toSorted((a, b) => a - b);
    const blocks = Int32Array.from(ascending.flatMap((at) => [at / BLOCK_BYTES, at]));
    try {
      for (const write of writesOf(blocks, this.target)) this.write(gathered, write);
      return true;
    } catch {
      return false;
    }
  }

  private write(bytes: Buffer, write: FileWrite): void {
    const isLong = write.length >= DIRECT_BYTES && write.length % DIRECT_UNIT === 0;
    if (isLong && this.isDirect && this.writeDirect(bytes, write)) return;
    const file = (this.cached ??= this.open(constants.O_RDWR));
    locked(this.target.lock, () => writeAll(file, bytes, write));
  }

  /** False when the file system cannot: then the rest of the task goes through the cache. */
  private writeDirect(bytes: Buffer, write: FileWrite): boolean {
    try {
      writeAll((this.direct ??= this.open(constants.O_RDWR | (DIRECT ?? 0))), bytes, write);
      return true;
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.isDirect = false;
      return false;
    }
  }

  private open(flags: number): number {
    const file = openSync(this.target.path, flags);
    this.files.push(file);
    return file;
  }

  [Symbol.dispose](): void {
    for (const file of this.files) closeSync(file);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EINVAL" || error.code === "ENOTSUP");
}

function writeAll(file: number, bytes: Buffer, { from, length, position }: FileWrite): void {
  for (let done = 0; done < length; )
    done += writeSync(file, bytes, from + done, length - done, position + done);
}

/** A thread that ended may have left the lock closed. It only saves time: then the write starts without it. */
const LONGEST_WAIT_MS = 1_000;

function locked(lock: Int32Array<SharedArrayBuffer>, work: () => void): void {
  while (Atomics.compareExchange(lock, 0, 0, 1) !== 0) {
    if (Atomics.wait(lock, 0, 1, LONGEST_WAIT_MS) === "timed-out") break;
  }
  try {
    work();
  } finally {
    Atomics.store(lock, 0, 0);
    Atomics.notify(lock, 0, 1);
  }
}
