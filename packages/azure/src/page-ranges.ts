/** Lists which ranges of a disk hold data, or changed between two snapshots. */
import { type Extent, KluisError } from "@kluis/domain";
import type { AzureCall } from "./calls.ts";
import { pageBlob, timelyCall } from "./disk-access.ts";
import { recoded } from "./errors.ts";
import { extentsOf, type PageRange } from "./extents.ts";
import { firstSize, isSmallest, nextSize, rangesPerAnswer } from "./range-windows.ts";
import type { Sas } from "./sas.ts";

export interface PageRangesInput {
  readonly sas: Sas;
  /** Bytes of data, without the VHD footer: no range at or after it is returned. */
  readonly diskBytes: number;
  readonly signal: AbortSignal;
  /** Only this part of the disk: `[from, to)`. */
  readonly from?: number;
  readonly to?: number;
  /** Bytes of the first request; later ones follow the density of the answers. */
  readonly window?: number;
}

/** What one request listed: all extents of `[from, to)`. Slices follow one another without a gap. */
export interface RangeSlice {
  readonly from: number;
  readonly to: number;
  readonly extents: readonly Extent[];
}

interface Bounds {
  readonly from: number;
  readonly to: number;
}

function boundsOf(input: PageRangesInput): Bounds {
  const from = Math.max(0, input.from ?? 0);
  const to = Math.min(input.diskBytes, input.to ?? input.diskBytes);
  return { from, to };
}

/** The extents of consecutive slices, joined: a slice can cut a run. */
async function* joined(slices: AsyncIterable<RangeSlice>): AsyncGenerator<Extent> {
  let held = null as Extent | null;
  for await (const { extents } of slices) {
    for (const extent of extents) {
      if (held?.kind === extent.kind && held.offset + held.length === extent.offset) {
        held = { ...held, length: held.length + extent.length };
        continue;
      }
      if (held) yield held;
      held = extent;
    }
  }
  if (held) yield held;
}

interface Listed {
  readonly ranges: readonly PageRange[];
  /** The service has more ranges than fit one answer. */
  readonly cut: boolean;
}

type List = (bounds: Bounds, signal: AbortSignal) => Promise<Listed>;

interface Listing {
  readonly input: PageRangesInput;
  readonly operation: AzureCall;
  readonly list: List;
}

/** Walks over the disk in windows. An answer that is cut is not used: it only tells how much to request. */
async function* slicesOf({ input, operation, list }: Listing): AsyncGenerator<RangeSlice> {
  const whole = boundsOf(input);
  const name = { operation, target: input.sas.toString(), sas: input.sas };
  let size = firstSize(input.window);
  for (let from = whole.from; from < whole.to; ) {
    const bounds = { from, to: Math.min(whole.to, from + size.bytes) };
    const bytes = bounds.to - bounds.from;
    const answer = await timelyCall(name, input.signal, (abortSignal) => list(bounds, abortSignal));
    if (answer.late) {
      if (isSmallest(bytes)) throw answer.error;
      size = nextSize(size, { kind: "late", bytes });
      continue;
    }
    const { ranges, cut } = answer.value;
    if (cut) {
      if (isSmallest(bytes)) throw tooManyRanges(bounds);
      size = nextSize(size, { kind: "cut", bytes, reachedBytes: reachOf(ranges) - from });
      continue;
    }
    yield { ...bounds, extents: extentsOf(ranges, bounds) };
    size = nextSize(size, { kind: "listed", ranges: ranges.length, bytes });
    from = bounds.to;
  }
}

/** The offset after the last range. */
function reachOf(ranges: readonly PageRange[]): number {
  return ranges.reduce((most, { end }) => Math.max(most, end + 1), 0);
}

function tooManyRanges({ from, to }: Bounds): KluisError {
  return new KluisError("DELTA_BASE_INVALID", {
    reason: "too-many-ranges",
    message: "The disk has more changed ranges than Azure can list.",
    params: { from, to },
  });
}

/**
 * Lists the written ranges of a disk in ascending order, one slice per request; every other range reads as zeros.
 *
 * @throws KluisError AZURE_SAS_EXPIRED, AZURE_NOT_FOUND, AZURE_THROTTLED, …
 */
export function pageRangeSlices(input: PageRangesInput): AsyncIterable<RangeSlice> {
  const client = pageBlob(input.sas);
  const list: List = async ({ from, to }, abortSignal) => {
    const pages = client.listPageRanges(from, to - from, { abortSignal }).byPage({
      maxPageSize: rangesPerAnswer,
    });
    const next = await pages.next();
    const page = next.done === true ? null : next.value;
    const ranges: PageRange[] = [];
    for (const { start, end } of page?.pageRange ?? []) ranges.push({ start, end, kind: "data" });
    for (const { start, end } of page?.clearRange ?? []) ranges.push({ start, end, kind: "zero" });
    return { ranges, cut: (page?.continuationToken ?? "") !== "" };
  };
  return slicesOf({ input, operation: "list the disk's written ranges", list });
}

/** {@link pageRangeSlices} as one list. */
export function pageRanges(input: PageRangesInput): AsyncIterable<Extent> {
  return joined(pageRangeSlices(input));
}

export interface PageRangesDiffInput extends PageRangesInput {
  /** Live access to the older snapshot of the same disk. */
  readonly base: Sas;
}

/** The SDK's `count` is End − Start with an inclusive end: one byte less than the length. */
function toRanges(
  list: readonly { offset: number; count?: number }[] | undefined,
  kind: Extent["kind"],
): PageRange[] {
  return (list ?? []).map(({ offset, count = 0 }) => ({ start: offset, end: offset + count, kind }));
}

/** A failure that another base would not change. */
function isAboutAccess(error: KluisError): boolean {
  return (
    error.code === "AZURE_SAS_EXPIRED" ||
    error.code === "DISK_ACCESS_REFUSED" ||
    error.reason === "storage-version"
  );
}

/** A refused base does not end a backup: the caller reads everything instead. */
function asBaseInvalid(error: unknown): unknown {
  if (!(error instanceof KluisError)) return error;
  const status = error.params["status"];
  const refused = typeof status === "number" && status >= 400 && status < 500;
  if (!refused || status === 429 || status === 408 || isAboutAccess(error)) return error;
  return recoded(error, "base");
}

/**
 * Lists the ranges of a disk that changed between two of its snapshots, in ascending order, one slice per request: `data` was
 * written since, `zero` was cleared since. Both grants must be live. Azure documents this difference for two incremental
 * snapshots; disk restore points answer it as well.
 *
 * @throws KluisError DELTA_BASE_INVALID when Azure refuses the base (any 4xx but 401, 403, 408 and 429)
 */
export async function* pageRangesDiffSlices(input: PageRangesDiffInput): AsyncGenerator<RangeSlice> {
  const client = pageBlob(input.sas);
  const base = input.base.reveal();
  const list: List = async ({ from, to }, abortSignal) => {
    // The SDK cannot send the continuation token back: windows do without it.
    const answer = await client.getPageRangesDiffForManagedDisks(from, to - from, base, { abortSignal });
    const ranges = [...toRanges(answer.pageRange, "data"), ...toRanges(answer.clearRange, "zero")];
    const token = "continuationToken" in answer ? answer.continuationToken : undefined;
    return { ranges, cut: typeof token === "string" && token !== "" };
  };
  try {
    yield* slicesOf({ input, operation: "list what changed since the older snapshot", list });
  } catch (error) {
    throw asBaseInvalid(error);
  }
}

/** {@link pageRangesDiffSlices} as one list. */
export function pageRangesDiff(input: PageRangesDiffInput): AsyncIterable<Extent> {
  return joined(pageRangesDiffSlices(input));
}
