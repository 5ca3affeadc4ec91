/** Times, durations and counts as text. */

/** `2026-11-22 01:00` in UTC; the column's title names the zone. */
export function minuteOf(instant: string | null): string {
  return instant === null ? "–" : instant.slice(0, 16).replace("T", " ");
}

/** `2026-11-22 01:00:00` in UTC; the column's title names the zone. */
export function secondOf(instant: string): string {
  return instant.slice(0, 19).replace("T", " ");
}

/** `2026-11-22 01:00:00 UTC`. */
export function timeOf(instant: string): string {
  return `${secondOf(instant)} UTC`;
}

/** `4 min 10 s`, from start to end, or to `now` while there is no end. */
export function durationOf(start: string | null, end: string | null, now: Date): string {
  if (start === null) return "–";
  const seconds = Math.max(
    0,
    Math.round(((end === null ? now : new Date(end)).getTime() - Date.parse(start)) / 1000),
  );
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `1 policy`, `2 policies`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
