/** Cuts the data of a disk into reads of the largest size. */
import type { Extent } from "@kluis/domain/core";
import { MAX_READ_BYTES } from "../constants.ts";
import type { ByteRange } from "./target-file.ts";

/** Ranges that are read together. */
export interface ReadBatch {
  readonly ranges: readonly ByteRange[];
  /** Bytes of all ranges: at most 4 MiB. */
  readonly bytes: number;
}

/** Many small ranges are one batch, so that a disk of them is not slower. Extents of zeros are left out. */
export async function* readBatches(
  extents: AsyncIterable<Extent> | Iterable<Extent>,
): AsyncGenerator<ReadBatch> {
  let ranges: ByteRange[] = [];
  let bytes = 0;
  for await (const range of pieces(extents)) {
    if (ranges.length > 0 && bytes + range.length > MAX_READ_BYTES) {
      yield { ranges, bytes };
      ranges = [];
      bytes = 0;
    }
    ranges.push(range);
    bytes += range.length;
  }
  if (ranges.length > 0) yield { ranges, bytes };
}

async function* pieces(extents: AsyncIterable<Extent> | Iterable<Extent>): AsyncGenerator<ByteRange> {
  for await (const { offset, length, kind } of extents) {
    if (kind === "zero") continue;
    for (let at = 0; at < length; at += MAX_READ_BYTES)
      yield { offset: offset + at, length: Math.min(MAX_READ_BYTES, length - at) };
  }
}
