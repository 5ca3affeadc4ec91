/**
 * Cuts the extents of a disk into segments, the unit of work of a transfer. Pure. Works in one pass with bounded memory, also
 * for fragmented disks of many TiB.
 */
import type { Extent } from "@kluis/domain";

/** An extent as segment rows store it. */
export type ExtentRow = readonly [offset: number, length: number, kind: "data" | "zero"];

export interface PlannedSegment {
  readonly segment: number;
  readonly extents: readonly ExtentRow[];
  /** Bytes of the data extents, which the transfer reads. */
  readonly dataBytes: number;
}

export interface SegmentPlanOptions {
  readonly diskBytes: number;
  readonly blockBytes: number;
  readonly segmentBytes: number;
}

/** Number of segments of a disk. */
export function segmentCount(diskBytes: number, segmentBytes: number): number {
  return Math.ceil(diskBytes / segmentBytes);
}

/**
 * Extends extents to whole blocks and merges neighbors. A block that is partly covered, or covered by data and zeros, becomes
 * data, because its content must be read. Extents must be in order and must not overlap; parts beyond the disk are dropped.
 */
export async function* alignExtents(
  extents: AsyncIterable<Extent> | Iterable<Extent>,
  options: { readonly diskBytes: number; readonly blockBytes: number },
): AsyncGenerator<Extent> {
  const { diskBytes, blockBytes } = options;
  const merger = new RunMerger();
  let partial: { block: number; data: boolean; covered: number } | null = null;

  const sizeOf = (block: number): number => Math.min(blockBytes, diskBytes - block * blockBytes);
  const flush = (): Extent | null => {
    if (partial === null) return null;
    const length = sizeOf(partial.block);
    const kind = partial.data || partial.covered < length ? "data" : "zero";
    const offset = partial.block * blockBytes;
    partial = null;
    return merger.push({ offset, length, kind });
  };

  for await (const extent of extents) {
    for (const piece of splitAtBlocks(extent, options)) {
      const block = Math.floor(piece.offset / blockBytes);
      if (partial !== null && partial.block !== block) {
        const done = flush();
        if (done !== null) yield done;
      }
      if (partial === null && piece.offset % blockBytes === 0 && piece.length >= sizeOf(block)) {
        const done = merger.push(piece);
        if (done !== null) yield done;
        continue;
      }
      partial ??= { block, data: false, covered: 0 };
      partial.data ||= piece.kind === "data";
      partial.covered += piece.length;
    }
  }
  const done = flush();
  if (done !== null) yield done;
  const last = merger.end();
  if (last !== null) yield last;
}

/** Splits an extent into a partial first block, whole blocks, and a partial last block. */
function* splitAtBlocks(
  extent: Extent,
  { diskBytes, blockBytes }: { readonly diskBytes: number; readonly blockBytes: number },
): Generator<Extent> {
  const end = Math.min(extent.offset + extent.length, diskBytes);
  let offset = extent.offset;
  if (offset >= end) return;
  if (offset % blockBytes !== 0) {
    const stop = Math.min(end, Math.ceil(offset / blockBytes) * blockBytes);
    yield { offset, length: stop - offset, kind: extent.kind };
    offset = stop;
  }
  // The last block of a disk may be short: the end of the disk is the end of a block.
  const wholeEnd = end === diskBytes ? end : Math.floor(end / blockBytes) * blockBytes;
  if (wholeEnd > offset) {
    yield { offset, length: wholeEnd - offset, kind: extent.kind };
    offset = wholeEnd;
  }
  if (end > offset) yield { offset, length: end - offset, kind: extent.kind };
}

/** Joins adjacent runs of one kind. */
class RunMerger {
  #run: Extent | null = null;

  push(next: Extent): Extent | null {
    const run = this.#run;
    if (run !== null && run.kind === next.kind && run.offset + run.length === next.offset) {
      this.#run = { ...run, length: run.length + next.length };
      return null;
    }
    this.#run = next;
    return run;
  }

  end(): Extent | null {
    const run = this.#run;
    this.#run = null;
    return run;
  }
}

/** Groups the extents of a disk by segment, in order. Segments without extents are left out. */
export async function* planSegments(
  extents: AsyncIterable<Extent> | Iterable<Extent>,
  options: SegmentPlanOptions,
): AsyncGenerator<PlannedSegment> {
  let current: { segment: number; extents: ExtentRow[]; dataBytes: number } | null = null;
  for await (const extent of alignExtents(extents, options)) {
    let offset = extent.offset;
    const end = extent.offset + extent.length;
    while (offset < end) {
      const segment = Math.floor(offset / options.segmentBytes);
      const stop = Math.min(end, (segment + 1) * options.segmentBytes);
      if (current !== null && current.segment !== segment) {
        yield current;
        current = null;
      }
      current ??= { segment, extents: [], dataBytes: 0 };
      current.extents.push([offset, stop - offset, extent.kind]);
      if (extent.kind === "data") current.dataBytes += stop - offset;
      offset = stop;
    }
  }
  if (current !== null) yield current;
}

/** The extents of one part of a disk, as a list of Azure returns them: all that are in `[from, to)`. */
export interface ListedPart {
  readonly from: number;
  readonly to: number;
  readonly extents: readonly Extent[];
}

/** A part of a plan. `from` and `to` are boundaries of segments, or the end of the disk. */
export interface PlannedPart {
  readonly from: number;
  readonly to: number;
  readonly segments: readonly PlannedSegment[];
}

/**
 * Plans a disk from the parts of a list, which follow one another without a gap. Yields as soon as the list has passed the end of
 * a segment, so that the position can be stored.
 */
export async function* planParts(
  parts: AsyncIterable<ListedPart>,
  options: SegmentPlanOptions,
): AsyncGenerator<PlannedPart> {
  const { diskBytes, segmentBytes } = options;
  let from: number | null = null;
  let waiting: Extent[] = [];
  for await (const part of parts) {
    from ??= part.from;
    waiting.push(...part.extents);
    const to = part.to >= diskBytes ? diskBytes : Math.floor(part.to / segmentBytes) * segmentBytes;
    if (to <= from) continue;
    const [done, rest] = splitAt(waiting, to);
    yield { from, to, segments: await Array.fromAsync(planSegments(done, options)) };
    from = to;
    waiting = rest;
  }
}

/** Ascending extents before and from an offset on; the one that spans it is cut. */
function splitAt(extents: readonly Extent[], at: number): [Extent[], Extent[]] {
  const before: Extent[] = [];
  const after: Extent[] = [];
  for (const extent of extents) {
    const end = extent.offset + extent.length;
    if (end <= at) before.push(extent);
    else if (extent.offset >= at) after.push(extent);
    else {
      before.push({ ...extent, length: at - extent.offset });
      after.push({ ...extent, offset: at, length: end - at });
    }
  }
  return [before, after];
}
