/**
 * HTTP range requests for one representation of known size (RFC 9110, sections 13.1.5 and 14).
 * Pure. Serves a single byte range. A list of ranges gets the whole representation, which the RFC
 * allows.
 */

/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export type RangeDecision =
  /** 200: the whole representation. */
  | {
      readonly status: 200;
      readonly range: ByteRange | null;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** 206: this part. */
  | { readonly status: 206; readonly range: ByteRange; readonly headers: Readonly<Record<string, string>> }
  /** 304 and 412: by the client's condition, without a body. */
  | { readonly status: 304 | 412; readonly range: null; readonly headers: Readonly<Record<string, string>> }
  /** 416: the range is beyond the end. */
  | { readonly status: 416; readonly range: null; readonly headers: Readonly<Record<string, string>> };

export interface Representation {
  /** Bytes of the whole. */
  readonly size: number;
  /** Strong entity tag with its quotes: it changes with every change of a byte. */
  readonly etag: string;
}

export interface RangeHeaders {
  readonly range?: string | null | undefined;
  readonly ifRange?: string | null | undefined;
  readonly ifMatch?: string | null | undefined;
  readonly ifNoneMatch?: string | null | undefined;
}

/**
 * Returns status, range and headers (Content-Range, Content-Length, ETag, Accept-Ranges) of the
 * response.
 */
export function decideRange(representation: Representation, request: RangeHeaders): RangeDecision {
  const { size, etag } = representation;
  const shared = { "accept-ranges": "bytes", etag };
  if (request.ifMatch && !matches(request.ifMatch, etag))
    return { status: 412, range: null, headers: shared };
  if (request.ifNoneMatch && matches(request.ifNoneMatch, etag, { weakly: true })) {
    return { status: 304, range: null, headers: shared };
  }
  const range = request.range ? parseRange(request.range, size) : "none";
  // With another entity tag, the part that the client has belongs to other content. Dates are too
  // weak to compare.
  const stale = Boolean(request.ifRange) && request.ifRange?.trim() !== etag;
  if (range === "none" || stale) {
    return {
      status: 200,
      range: size === 0 ? null : { start: 0, end: size - 1 },
      headers: { ...shared, "content-length": String(size) },
    };
  }
  if (range === "beyond") {
    return { status: 416, range: null, headers: { ...shared, "content-range": `bytes */${size}` } };
  }
  return {
    status: 206,
    range,
    headers: {
      ...shared,
      "content-range": `bytes ${range.start}-${range.end}/${size}`,
      "content-length": String(range.end - range.start + 1),
    },
  };
}

/**
 * `none`: not one well-formed byte range, so it is ignored. `beyond`: well-formed, but beyond the
 * end.
 */
function parseRange(header: string, size: number): ByteRange | "none" | "beyond" {
  const match = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header);
  if (match === null) return "none";
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  if (first === "" && last === "") return "none";
  if (first === "") {
    const suffix = Number(last);
    if (suffix === 0 || size === 0) return "beyond";
    return { start: Math.max(0, size - suffix), end: size - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return "none";
  if (start >= size) return "beyond";
  return { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

/**
 * Whether a list of entity tags contains this one. If-None-Match compares weakly, so it ignores
 * `W/`.
 */
function matches(header: string, etag: string, options: { readonly weakly?: boolean } = {}): boolean {
  if (header.trim() === "*") return true;
  return header
    .split(",")
    .map((one) => one.trim())
    .some((one) => (options.weakly ? one.replace(/^W\//, "") : one) === etag);
}
