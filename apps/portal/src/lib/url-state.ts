import { parseAsArrayOf, parseAsInteger, parseAsString, parseAsStringLiteral } from "nuqs";

/** Parsers shared by every list, so that names in the address are the same everywhere. Invalid parts are dropped. */
export const listParams = {
  search: parseAsString.withDefault(""),
  page: parseAsInteger.withDefault(1),
  direction: <D extends "asc" | "desc">(standard: D) =>
    parseAsStringLiteral(["asc", "desc"] as const).withDefault(standard),
};

/** `state=running,failed`: any of the known words. */
export function parseAsAnyOf<const T extends string>(words: readonly T[]) {
  return parseAsArrayOf(parseAsStringLiteral(words)).withDefault([]);
}

/** Filters replace the address in place, so that Back leaves the list instead of undoing one letter of a search. */
export const listOptions = { history: "replace", clearOnDefault: true } as const;

export const pageSize = 25;

/** An empty choice means "all", for which the API expects no value. */
export function unlessEmpty<T>(values: readonly T[]): T[] | undefined {
  return values.length === 0 ? undefined : [...values];
}

/** A page number from the address within the limits of the API. */
export function safePage(page: number): number {
  return Number.isSafeInteger(page) && page >= 1 ? Math.min(page, 100_000) : 1;
}

/** The last page of a list, counted from 1; an empty list has one page. */
export function lastPage(total: number, size: number): number {
  return Math.max(1, Math.ceil(total / size));
}

/** Leaves out keys whose value is undefined or empty text. */
export function defined<T extends Record<string, unknown>>(
  input: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
