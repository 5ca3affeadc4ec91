/** Conditional headers of requests to a blob (REST: specifying conditional headers). */
import type { IncomingMessage } from "node:http";
import { conditionNotMet, invalidHeader, notModified, sequenceNumberNotMet } from "./errors.ts";

/** What conditions compare with. */
interface Version {
  etag: string;
  /** Milliseconds; the header has whole seconds. */
  modifiedAt: number;
}

/** Checks the conditions of a request. A read that fails `none` or `since` is 304, a write 412. @throws BlobError 304, 412 */
export function checkConditions(req: IncomingMessage, { etag, modifiedAt }: Version): void {
  const { "if-match": match, "if-none-match": noneMatch } = req.headers;
  if (match !== undefined && !names(match, etag)) throw conditionNotMet();
  const seconds = Math.floor(modifiedAt / 1000);
  const unmodifiedSince = secondsOf(req, "if-unmodified-since");
  if (unmodifiedSince !== undefined && seconds > unmodifiedSince) throw conditionNotMet();
  const failed = req.method === "GET" || req.method === "HEAD" ? notModified : conditionNotMet;
  if (noneMatch !== undefined && names(noneMatch, etag)) throw failed();
  const modifiedSince = secondsOf(req, "if-modified-since");
  if (modifiedSince !== undefined && seconds <= modifiedSince) throw failed();
}

const NUMBER = 0;
const sequenceConditions: readonly (readonly [header: string, holds: (wanted: number) => boolean])[] = [
  ["x-ms-if-sequence-number-le", (wanted) => NUMBER <= wanted],
  ["x-ms-if-sequence-number-lt", (wanted) => NUMBER < wanted],
  ["x-ms-if-sequence-number-eq", (wanted) => NUMBER === wanted],
];

/** Checks the sequence-number conditions of a page write; the number of a disk's blob is 0. @throws BlobError 412 */
export function checkSequenceNumber(req: IncomingMessage): void {
  for (const [header, holds] of sequenceConditions) {
    const value = req.headers[header];
    if (value === undefined) continue;
    const wanted = Number(value);
    if (!Number.isSafeInteger(wanted)) throw invalidHeader(header, String(value));
    if (!holds(wanted)) throw sequenceNumberNotMet();
  }
}

function names(header: string, etag: string): boolean {
  return header === "*" || header.split(",").some((item) => item.trim() === etag);
}

function secondsOf(req: IncomingMessage, header: "if-modified-since" | "if-unmodified-since") {
  const value = req.headers[header];
  if (value === undefined) return undefined;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw invalidHeader(header, value);
  return Math.floor(time / 1000);
}
