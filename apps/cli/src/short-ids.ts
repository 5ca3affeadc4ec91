/** Ids shortened for a terminal to a unique prefix, which commands accept. */
import type { Look } from "./look.ts";

/** UUIDv7: 13 characters hold the millisecond, 18 also the first random digits. */
const lengths = [13, 18] as const;

/** Returns a function that shortens the ids of a list so that they stay distinct; in a pipe they stay whole. */
export function shortener(ids: readonly string[], look: Look): (id: string) => string {
  if (look.width === Number.POSITIVE_INFINITY) return (id) => id;
  const distinct = new Set(ids).size;
  const length = lengths.find((most) => new Set(ids.map((id) => id.slice(0, most))).size === distinct);
  return (id) => id.slice(0, length);
}
