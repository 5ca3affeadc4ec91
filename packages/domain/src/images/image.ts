/** Files that hold a disk. A layout says what is where; the caller reads the disk. */
import { type AllocationMap, clusterBytes } from "./allocation-map.ts";

/** A part of the file: bytes that only the file has, or bytes of the disk. */
export type ImagePiece =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "disk"; readonly offset: number; readonly length: number };

export interface ImageLayout {
  /** Bytes of the whole file. */
  readonly size: number;
  /** The file from byte `start` up to and excluding `end`, in order; a piece of the disk has at most `most` bytes. */
  pieces(start: number, end: number, most: number): Iterable<ImagePiece>;
}

/** The disk as it is, and a footer (empty for a raw image). */
export function flatImage(diskBytes: number, footer: Uint8Array): ImageLayout {
  return {
    size: diskBytes + footer.length,
    *pieces(start, end, most) {
      for (let offset = start; offset < Math.min(end, diskBytes); ) {
        const length = Math.min(most, Math.min(end, diskBytes) - offset);
        yield { kind: "disk", offset, length };
        offset += length;
      }
      yield* footerPiece(footer, start - diskBytes, end - diskBytes);
    },
  };
}

/**
 * Only the clusters with data, one after the other, and the footer. With the same map a reader knows where each byte of the stream
 * belongs in the flat image (`placesOf`).
 */
export function packedImage(map: AllocationMap, footer: Uint8Array): ImageLayout {
  const { dataBytes } = map;
  return {
    size: dataBytes + footer.length,
    *pieces(start, end, most) {
      for (const { offset, length } of placesOf(map, start, Math.min(end, dataBytes)))
        for (let done = 0; done < length; done += most)
          yield { kind: "disk", offset: offset + done, length: Math.min(most, length - done) };
      yield* footerPiece(footer, start - dataBytes, end - dataBytes);
    },
  };
}

/**
 * The parts of the disk that bytes `start` to `end` (excluded) of a packed image hold, in order. Only the last cluster of a disk
 * can be short, and it is the last of the stream.
 */
export function* placesOf(
  map: AllocationMap,
  start: number,
  end: number,
): Generator<{ readonly offset: number; readonly length: number }> {
  if (start >= end) return;
  const rank = Math.floor(start / clusterBytes);
  let left = end - start;
  for (const run of map.runs(map.clusterAt(rank) * clusterBytes + (start % clusterBytes))) {
    const length = Math.min(run.length, left);
    yield { offset: run.offset, length };
    left -= length;
    if (left === 0) return;
  }
}

function* footerPiece(footer: Uint8Array, start: number, end: number): Generator<ImagePiece> {
  const bytes = footer.subarray(Math.max(0, start), Math.max(0, end));
  if (bytes.length > 0) yield { kind: "bytes", bytes };
}
