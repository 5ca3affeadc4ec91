/** A file that content is restored to: worker threads write what they open, while it is in their cache. */
import type { Extent } from "@kluis/domain";
import { BLOCK_BYTES } from "../constants.ts";

/** A range of a disk. */
export type ByteRange = Pick<Extent, "offset" | "length">;

export interface TargetFile {
  /** For worker threads, which open it on their own. It exists. */
  readonly path: string;
  /** For what the main thread opens: writes all bytes. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Shared by the threads: a file system lets one thread write to a file, and the others spin. */
  readonly lock: Int32Array<SharedArrayBuffer>;
}

/** @param write writes all bytes at a position of the file */
export function targetFile(path: string, write: TargetFile["write"]): TargetFile {
  return { path, write, lock: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
}

/** A file that a worker writes what it opens to. */
export interface FileRanges {
  readonly path: string;
  /** Per range three numbers: start in the joined ranges, length, offset in the file. */
  readonly places: Float64Array;
  readonly lock: Int32Array<SharedArrayBuffer>;
}

/** Numbers per range: start in the joined ranges, length, offset in the file. */
const RANGE_NUMBERS = 3;

/** Where the bytes of joined ranges belong in the file. */
export function placesOf(ranges: readonly ByteRange[]): Float64Array {
  let start = 0;
  const numbers = ranges.flatMap(({ offset, length }) => {
    const place = [start, length, offset];
    start += length;
    return place;
  });
  return Float64Array.from(numbers);
}

/** A part of a chunk, and its place in the file. */
export interface FileWrite {
  readonly from: number;
  readonly length: number;
  readonly position: number;
}

/** Joins neighboring blocks of a chunk to few writes. Blocks: position in the chunk and place in the joined ranges, in pairs. */
export function* writesOf(blocks: Int32Array, { places }: FileRanges): Generator<FileWrite> {
  for (let n = 0; n < blocks.length; ) {
    const [position = 0, at = 0] = blocks.subarray(n, n + 2);
    let count = 1;
    n += 2;
    while (blocks[n] === position + count && blocks[n + 1] === at + count * BLOCK_BYTES) {
      count += 1;
      n += 2;
    }
    yield* parts({ from: position * BLOCK_BYTES, at, length: count * BLOCK_BYTES }, places);
  }
}

/** Cuts a span of the joined ranges at their ends; bytes beyond the last are not on the disk. */
function* parts(
  { from, at, length }: { readonly from: number; readonly at: number; readonly length: number },
  places: Float64Array,
): Generator<FileWrite> {
  for (let n = 0; n < places.length; n += RANGE_NUMBERS) {
    const [start = 0, bytes = 0, offset = 0] = places.subarray(n, n + RANGE_NUMBERS);
    const [first, end] = [Math.max(at, start), Math.min(at + length, start + bytes)];
    if (first < end) yield { from: from + first - at, length: end - first, position: offset + first - start };
  }
}
