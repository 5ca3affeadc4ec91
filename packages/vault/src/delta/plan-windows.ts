/** Plans which blocks of a segment to read, window by window. */
import type { Extent } from "@kluis/domain";
import { BLOCK_BYTES, BLOCKS_PER_WINDOW, SEGMENT_BYTES, WINDOW_BYTES } from "../constants.ts";
import { invalid } from "../errors.ts";

/** The blocks of one window that extents touch; bit i is block i. */
export interface WindowPlan {
  /** Index of the window in its segment. */
  readonly window: number;
  /** Blocks to read: touched by a data extent, or partly by a zero extent. */
  readonly read: number;
  /** Blocks that a zero extent covers whole. */
  readonly zero: number;
}

/** The bytes of a disk that a segment covers. */
export interface SegmentSpan {
  readonly start: number;
  readonly end: number;
  readonly diskBytes: number;
}

export function segmentSpan(diskBytes: number, segment: number): SegmentSpan {
  const start = segment * SEGMENT_BYTES;
  if (!Number.isSafeInteger(diskBytes) || diskBytes <= 0)
    throw invalid("A disk's size is a whole number of bytes above zero.", { diskBytes });
  if (!Number.isSafeInteger(segment) || segment < 0 || start >= diskBytes) {
    throw invalid(`Segment ${segment} is beyond the disk's ${diskBytes} bytes.`, { segment, diskBytes });
  }
  return { start, end: Math.min(start + SEGMENT_BYTES, diskBytes), diskBytes };
}

/** Bytes of one block inside the disk; only the last can be short. `block` counts from the segment's start. */
export function blockBytes(span: SegmentSpan, block: number): number {
  return Math.min(BLOCK_BYTES, span.end - span.start - block * BLOCK_BYTES);
}

/** Turns ascending extents into plans of the windows that they touch, ascending. Ignores parts outside the segment. */
export async function* planWindows(
  extents: AsyncIterable<Extent> | Iterable<Extent>,
  span: SegmentSpan,
): AsyncGenerator<WindowPlan> {
  let open: { window: number; read: number; zero: number } | null = null;
  let reached = 0;
  for await (const extent of extents) {
    checkExtent(extent, reached, span.diskBytes);
    reached = extent.offset + extent.length;
    const from = Math.max(extent.offset, span.start) - span.start;
    const to = Math.min(reached, span.end) - span.start;
    for (let window = Math.floor(from / WINDOW_BYTES); window * WINDOW_BYTES < to; window++) {
      if (open !== null && open.window !== window) {
        yield open;
        open = null;
      }
      open ??= { window, read: 0, zero: 0 };
      const { touched, covered } = masks(window, { from, to, end: span.end - span.start });
      if (extent.kind === "zero") open.zero |= covered;
      open.read |= extent.kind === "zero" ? touched & ~covered : touched;
    }
    if (extent.offset >= span.end) break;
  }
  if (open !== null) yield open;
}

/** Blocks of a window that [from, to) touches or covers whole; all offsets count from the segment's start. */
function masks(window: number, { from, to, end }: { from: number; to: number; end: number }) {
  let touched = 0;
  let covered = 0;
  for (let i = 0; i < BLOCKS_PER_WINDOW; i++) {
    const start = window * WINDOW_BYTES + i * BLOCK_BYTES;
    const stop = Math.min(start + BLOCK_BYTES, end);
    if (from < stop && to > start) touched |= 1 << i;
    if (from <= start && to >= stop && stop > start) covered |= 1 << i;
  }
  return { touched, covered };
}

function checkExtent({ offset, length }: Extent, reached: number, diskBytes: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || length < 0) {
    throw invalid("An extent's offset and length are whole numbers from zero.", { offset, length });
  }
  if (offset < reached) throw invalid("Extents must ascend and not overlap.", { offset, reached });
  if (offset + length > diskBytes)
    throw invalid("An extent reaches beyond the end of the disk.", { offset, length, diskBytes });
}

/** Windows that are read, digested and looked up together. */
export interface Batch {
  readonly windows: readonly WindowPlan[];
  /** Plain bytes to read. */
  readonly bytes: number;
}

/** Collects windows until a batch has `maxBytes` to read or `maxWindows` windows. */
export async function* batchWindows(
  windows: AsyncIterable<WindowPlan>,
  { maxBytes, maxWindows }: { readonly maxBytes: number; readonly maxWindows: number },
): AsyncGenerator<Batch> {
  let gathered: WindowPlan[] = [];
  let bytes = 0;
  for await (const window of windows) {
    const more = countBits(window.read) * BLOCK_BYTES;
    if (gathered.length > 0 && (bytes + more > maxBytes || gathered.length >= maxWindows)) {
      yield { windows: gathered, bytes };
      gathered = [];
      bytes = 0;
    }
    gathered.push(window);
    bytes += more;
  }
  if (gathered.length > 0) yield { windows: gathered, bytes };
}

export function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
