/** Lists which ranges of a disk hold data, or changed between two snapshots. */
import { type Extent, KluisError } from "@kluis/domain";
import { blobCall, pageBlob } from "./disk-access.ts";
import { recoded } from "./errors.ts";
import { extentsOf, type PageRange } from "./extents.ts";
import type { Sas } from "./sas.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** Bytes per request; halved wherever the service has more than 10,000 ranges to return. */
const defaultWindow = 64 * GIB;
const smallestWindow = 4 * MIB;
const pageSize = 10_000;

export interface PageRangesInput {
  readonly sas: Sas;
  /** Bytes of data, without the VHD footer: no range at or after it is returned. */
  readonly diskBytes: number;
  readonly signal: AbortSignal;
  /** Only this part of the disk: `[from, to)`. */
  readonly from?: number;
  readonly to?: number;
  readonly window?: number;
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

/** Joins the extents of consecutive lists: a window or page can cut a run. */
async function* joined(lists: AsyncIterable<readonly Extent[]>): AsyncGenerator<Extent> {
  let held = null as Extent | null;
  for await (const list of lists) {
    for (const extent of list) {
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

async function* writtenPages(input: PageRangesInput): AsyncGenerator<readonly Extent[]> {
  const bounds = boundsOf(input);
  const client = pageBlob(input.sas);
  const name = { operation: "list the disk's written ranges", target: input.sas.toString() };
  let marker: string | undefined;
  while (bounds.to > bounds.from) {
    const page = await blobCall(name, input.signal, async (abortSignal) => {
      const pages = client.listPageRanges(bounds.from, bounds.to - bounds.from, { abortSignal }).byPage({
        maxPageSize: pageSize,
        ...(marker === undefined ? {} : { continuationToken: marker }),
      });
      const next = await pages.next();
      return next.done === true ? null : next.value;
    });
    const ranges: PageRange[] = [];
    for (const { start, end } of page?.pageRange ?? []) ranges.push({ start, end, kind: "data" });
    for (const { start, end } of page?.clearRange ?? []) ranges.push({ start, end, kind: "zero" });
    yield extentsOf(ranges, bounds);
    marker = page?.continuationToken || undefined;
    if (marker === undefined) return;
  }
}

/**
 * Lists the written ranges of a disk in ascending order; every other range reads as zeros. Memory: one page of the service.
 *
 * @throws KluisError AZURE_SAS_EXPIRED, AZURE_NOT_FOUND, AZURE_THROTTLED, …
 */
export function pageRanges(input: PageRangesInput): AsyncIterable<Extent> {
  return joined(writtenPages(input));
}

export interface PageRangesDiffInput extends PageRangesInput {
  /** Live access to the older snapshot of the same disk. */
  readonly base: Sas;
}

interface Window {
  readonly ranges: readonly PageRange[];
  /** The service has more ranges than fit one answer. */
  readonly cut: boolean;
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

async function readWindow(input: PageRangesDiffInput, { from, to }: Bounds): Promise<Window> {
  const client = pageBlob(input.sas);
  const name = { operation: "list what changed since the older snapshot", target: input.sas.toString() };
  try {
    return await blobCall(name, input.signal, async (abortSignal) => {
      const base = input.base.reveal();
      const answer = await client.getPageRangesDiffForManagedDisks(from, to - from, base, { abortSignal });
      const ranges = [...toRanges(answer.pageRange, "data"), ...toRanges(answer.clearRange, "zero")];
      const token = "continuationToken" in answer ? answer.continuationToken : undefined;
      return { ranges, cut: typeof token === "string" && token !== "" };
    });
  } catch (error) {
    throw asBaseInvalid(error);
  }
}

async function* changedWindows(input: PageRangesDiffInput): AsyncGenerator<readonly Extent[]> {
  const whole = boundsOf(input);
  let size = input.window ?? defaultWindow;
  for (let from = whole.from; from < whole.to; ) {
    const bounds = { from, to: Math.min(whole.to, from + size) };
    const found = await readWindow(input, bounds);
    if (found.cut && bounds.to - bounds.from > smallestWindow) {
      // The SDK cannot send the continuation token back: retry with half the window, on 512-byte pages.
      size = Math.max(smallestWindow, Math.floor((bounds.to - bounds.from) / 2 / 512) * 512);
      continue;
    }
    if (found.cut) {
      throw new KluisError("DELTA_BASE_INVALID", {
        reason: "too-many-ranges",
        message: "The disk has more changed ranges than Azure can list.",
        params: { from: bounds.from, to: bounds.to },
      });
    }
    yield extentsOf(found.ranges, bounds);
    from = bounds.to;
  }
}

/**
 * Lists the ranges of a disk that changed between two of its snapshots, in ascending order: `data` was written since, `zero`
 * was cleared since. Both grants must be live.
 *
 * @throws KluisError DELTA_BASE_INVALID when Azure refuses the base (any 4xx but 401, 403, 408 and 429)
 */
export function pageRangesDiff(input: PageRangesDiffInput): AsyncIterable<Extent> {
  return joined(changedWindows(input));
}
