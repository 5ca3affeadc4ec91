/** Turns the service's page ranges into extents. */
import type { Extent } from "@kluis/domain";

/** A page range of the service: both ends inclusive. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
  readonly kind: Extent["kind"];
}

/** Half-open: `[from, to)`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Clips and orders ranges and joins neighbors: no two spans touch. */
function tidy(ranges: readonly PageRange[], kind: Extent["kind"], bounds: Span): Span[] {
  const clipped = ranges
    .filter((range) => range.kind === kind)
    .map(({ start, end }) => ({ from: Math.max(start, bounds.from), to: Math.min(end + 1, bounds.to) }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from);
  const spans: Span[] = [];
  for (const span of clipped) {
    const last = spans.at(-1);
    if (last && span.from <= last.to)
      spans[spans.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else spans.push(span);
  }
  return spans;
}

/** The parts of `spans` outside `holes`; both are the result of `tidy`. */
function without(spans: readonly Span[], holes: readonly Span[]): Span[] {
  const left: Span[] = [];
  let next = 0;
  for (const span of spans) {
    let from = span.from;
    while (next < holes.length && (holes[next]?.to ?? 0) <= from) next += 1;
    for (let index = next; from < span.to; index += 1) {
      const hole = holes[index];
      if (!hole || hole.from >= span.to) {
        left.push({ from, to: span.to });
        break;
      }
      if (hole.from > from) left.push({ from, to: hole.from });
      from = hole.to;
    }
  }
  return left;
}

/**
 * Returns ordered extents without overlap, clipped to `[from, to)` (which leaves out the VHD footer), with neighbors of one
 * kind joined. A page that is listed as written and as cleared counts as written: reading it is always right.
 */
export function extentsOf(ranges: readonly PageRange[], bounds: Span): Extent[] {
  const data = tidy(ranges, "data", bounds);
  const zero = without(tidy(ranges, "zero", bounds), data);
  const extent = (kind: Extent["kind"]) => (span: Span) => ({
    offset: span.from,
    length: span.to - span.from,
    kind,
  });
  return [...data.map(extent("data")), ...zero.map(extent("zero"))].sort((a, b) => a.offset - b.offset);
}
