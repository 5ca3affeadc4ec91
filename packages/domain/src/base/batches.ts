/** Cuts a list into parts of at most `size` items, in order: for statements and transactions with a limit. */
export function* batchesOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
