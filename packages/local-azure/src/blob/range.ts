/** Byte ranges of requests. */
import { invalidHeader, invalidPageRange, invalidRange } from "./errors.ts";

/** Bytes `start` to `end`, both inclusive. */
interface ByteRange {
  start: number;
  end: number;
}

/** The requested range, cut at the end of the blob. `x-ms-range` wins over `Range`. */
export function requestedRange(
  headers: Record<string, string | string[] | undefined>,
  size: number,
): ByteRange | undefined {
  const text = headerRange(headers);
  if (text === undefined) return undefined;
  const range = parse(text);
  if (range.start >= size) throw invalidRange(size);
  return { start: range.start, end: Math.min(range.end ?? size - 1, size - 1) };
}

/** The range of a page write, on the 512-byte grid and inside the blob. @throws BlobError */
export function pageRange(headers: Record<string, string | string[] | undefined>, size: number): ByteRange {
  const text = headerRange(headers);
  if (text === undefined) throw invalidHeader("x-ms-range", "");
  const { start, end } = parse(text);
  if (end === undefined || start % 512 !== 0 || end % 512 !== 511 || end >= size) throw invalidPageRange();
  return { start, end };
}

function headerRange(headers: Record<string, string | string[] | undefined>): string | undefined {
  const value = headers["x-ms-range"] ?? headers["range"];
  return Array.isArray(value) ? value[0] : value;
}

function parse(text: string): { start: number; end: number | undefined } {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(text) ?? [];
  const start = Number(first);
  const end = last === undefined || last === "" ? undefined : Number(last);
  if (first === undefined || !Number.isSafeInteger(start)) throw invalidHeader("Range", text);
  if (end !== undefined && (!Number.isSafeInteger(end) || end < start)) throw invalidHeader("Range", text);
  return { start, end };
}
