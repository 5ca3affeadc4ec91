/** Where a worker puts the blocks that it opened: shared memory, or a file. */
import { closeSync, openSync, writeSync } from "node:fs";
import { BLOCK_BYTES } from "../constants.ts";
import { type FileRanges, writesOf } from "../read/target-file.ts";

export interface Target extends Disposable {
  /**
   * Takes blocks of a chunk: position in the chunk and place in the target, in pairs.
   * @returns false when they cannot be written: the reader tries it again, and finds out why
   */
  put(plain: Buffer, blocks: Int32Array): boolean;
}

const nothing = (): void => undefined;

export function openTarget(target: Uint8Array | FileRanges | null): Target {
  if (target === null) return { put: () => true, [Symbol.dispose]: nothing };
  return target instanceof Uint8Array ? memoryTarget(target) : fileTarget(target);
}

function memoryTarget(target: Uint8Array): Target {
  const put = (plain: Buffer, blocks: Int32Array): boolean => {
    for (let n = 0; n < blocks.length; n += 2) {
      const [position = 0, at = 0] = blocks.subarray(n, n + 2);
      copyBlock(plain.subarray(position * BLOCK_BYTES, (position + 1) * BLOCK_BYTES), at, target);
    }
    return true;
  };
  return { put, [Symbol.dispose]: nothing };
}

/** Copies the part of a block that lies inside the target. */
export function copyBlock(block: Uint8Array, at: number, target: Uint8Array): void {
  const from = Math.max(0, -at);
  const to = Math.min(block.length, target.length - at);
  if (to > from) target.set(block.subarray(from, to), at + from);
}

function fileTarget(target: FileRanges): Target {
  let file: number | null = null;
  const put = (plain: Buffer, blocks: Int32Array): boolean => {
    try {
      const opened = (file ??= openSync(target.path, "r+"));
      locked(target.lock, () => {
        for (const { from, length, position } of writesOf(blocks, target))
          for (let done = 0; done < length; )
            done += writeSync(opened, plain, from + done, length - done, position + done);
      });
      return true;
    } catch {
      return false;
    }
  };
  return {
    put,
    [Symbol.dispose]: () => {
      if (file !== null) closeSync(file);
    },
  };
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
