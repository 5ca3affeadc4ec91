import type { SegmentStats } from "../types.ts";

export type Counters = { -readonly [K in keyof SegmentStats]: number };

/** The statistics of a segment of which nothing was read yet. */
export function emptyStats(logicalBytes: number): Counters {
  return {
    logicalBytes,
    readBytes: 0,
    changedBytes: 0,
    movedBytes: 0,
    storedBytes: 0,
    metadataBytes: 0,
    zeroBytes: 0,
    chunksNew: 0,
    chunksReused: 0,
  };
}
