/**
 * HTTP range requests for one representation of known size (RFC 9110, sections 13.1.5 and 14). Pure.
 * Only a single byte range is served; a list of ranges is answered with the whole, which the RFC allows.
 */

/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export type RangeDecision =
  /** 200: everything. */
  | {
      readonly status: 200;
      readonly range: ByteRange | null;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** 206: this part. */
  | { readonly status: 206; readonly range: ByteRange; readonly headers: Readonly<Record<string, string>> }
  /** 304 and 412: the client's condition decides; no body. */
  | { readonly status: 304 | 412; readonly range: null; readonly headers: Readonly<Record<string, string>> }
  /** 416: the part lies beyond the end. */
  | { readonly status: 416; readonly range: null; readonly headers: Readonly<Record<string, string>> };

export interface Representation {
  /** Bytes of the whole. */
  readonly size: number;
  /** Strong entity tag with its quotes: it changes whenever a byte does. */
  readonly etag: string;
}

export interface RangeHeaders {
  readonly range?: string | null | undefined;
  readonly ifRange?: string | null | undefined;
  readonly ifMatch?: string | null | undefined;
  readonly ifNoneMatch?: string | null | undefined;
}

/** What to answer, and with which headers (Content-Range, Content-Length, ETag, Accept-Ranges). */
export function decideRange(representation: Representation, request: RangeHeaders): RangeDecision {
  const { size, etag } = representation;
  const shared = { "accept-ranges": "bytes", etag };
  if (request.ifMatch && !matches(request.ifMatch, etag))
    return { status: 412, range: null, headers: shared };
  if (request.ifNoneMatch && matches(request.ifNoneMatch, etag, { weakly: true })) {
    return { status: 304, range: null, headers: shared };
  }
  const asked = request.range ? parseRange(request.range, size) : "none";
  // A validator that does not fit means: the part the client has belongs to something else. A date cannot be strong here.
  const stale = Boolean(request.ifRange) && request.ifRange?.trim() !== etag;
  if (asked === "none" || stale) {
    return {
      status: 200,
      range: size === 0 ? null : { start: 0, end: size - 1 },
      headers: { ...shared, "content-length": String(size) },
    };
  }
  if (asked === "beyond") {
    return { status: 416, range: null, headers: { ...shared, "content-range": `bytes */${size}` } };
  }
  return {
    status: 206,
    range: asked,
    headers: {
      ...shared,
      "content-range": `bytes ${asked.start}-${asked.end}/${size}`,
      "content-length": String(asked.end - asked.start + 1),
    },
  };
}

/** `none`: not a single well-formed byte range, so it is ignored. `beyond`: well-formed, but no byte of it exists. */
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

/** Whether a list of entity tags names ours; If-None-Match compares weakly, so `W/` is ignored there. */
function matches(header: string, etag: string, options: { readonly weakly?: boolean } = {}): boolean {
  if (header.trim() === "*") return true;
  return header
    .split(",")
    .map((one) => one.trim())
    .some((one) => (options.weakly ? one.replace(/^W\//, "") : one) === etag);
}
