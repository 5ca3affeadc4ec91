/** Reads how long Azure tells a client to wait. */

import { longestBlockMs } from "@kluis/domain";

/**
 * Milliseconds to wait, from Azure's own header or from Retry-After (seconds or an HTTP date); null when neither says. At most an
 * hour: a date means another wait on a machine whose clock is wrong, and asking again once an hour harms no one.
 */
export function retryAfterOf(headers: { get(name: string): string | undefined }, now: number): number | null {
  const waitMs = namedWait(headers, now);
  return waitMs === null ? null : Math.min(waitMs, longestBlockMs);
}

function namedWait(headers: { get(name: string): string | undefined }, now: number): number | null {
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const milliseconds = Number(headers.get(name) ?? Number.NaN);
    if (Number.isFinite(milliseconds) && milliseconds > 0) return milliseconds;
  }
  const text = headers.get("retry-after");
  if (text === undefined || text === "") return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds > 0 ? seconds * 1000 : null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
