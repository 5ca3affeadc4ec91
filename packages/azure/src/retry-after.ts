/** Reads how long Azure tells a client to wait. */

/** Milliseconds to wait, from Azure's own header or from Retry-After (seconds or an HTTP date); null when neither says. */
export function retryAfterOf(headers: { get(name: string): string | undefined }, now: number): number | null {
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
