import { parseAsArrayOf, parseAsInteger, parseAsString, parseAsStringLiteral } from "nuqs";

/** Parsers shared by every list, so that the same thing has the same name in each address. Invalid parts fall away. */
export const listParams = {
  search: parseAsString.withDefault(""),
  page: parseAsInteger.withDefault(1),
  direction: <D extends "asc" | "desc">(standard: D) =>
    parseAsStringLiteral(["asc", "desc"] as const).withDefault(standard),
};

/** `state=running,failed`: any of some known words. */
export function parseAsAnyOf<const T extends string>(words: readonly T[]) {
  return parseAsArrayOf(parseAsStringLiteral(words)).withDefault([]);
}

/** Filters replace the address in place: Back leaves the list, not one letter of a search. */
export const listOptions = { history: "replace", clearOnDefault: true } as const;

export const pageSize = 25;

/** An empty choice means "all", which the API writes as absent. */
export function unlessEmpty<T>(values: readonly T[]): T[] | undefined {
  return values.length === 0 ? undefined : [...values];
}

/** A page number from the address, held to what the API takes. */
export function safePage(page: number): number {
  return Number.isSafeInteger(page) && page >= 1 ? Math.min(page, 100_000) : 1;
}

/** Leaves out keys whose value is undefined or empty text: what an optional input field means. */
export function defined<T extends Record<string, unknown>>(
  input: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
