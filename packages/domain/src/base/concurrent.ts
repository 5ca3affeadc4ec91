/**
 * Bounded concurrency for all packages. Our own code, because p-map rejects while other work still runs: here everything
 * has settled before a function returns or throws.
 */

export interface Concurrency {
  /** The most items in progress at the same time. */
  readonly limit: number;
  /** When aborted, no further item is taken and its reason is thrown. Work in progress must watch the signal itself. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` for every item, in any order; takes an item only when a slot is free. The first error stops the taking, closes
 * `items`, and is thrown after everything in progress has settled.
 */
export async function forEachConcurrent<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { limit, signal }: Concurrency,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      signal?.throwIfAborted();
      if (failures.length > 0) break;
      const task = work(item)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= limit) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}

/**
 * Like {@link forEachConcurrent}, but yields the results in the order of the items. Also settles everything when the
 * consumer stops early.
 */
export async function* mapConcurrent<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  { limit, signal }: Concurrency,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      signal?.throwIfAborted();
      const task = work(item);
      // Marks a rejection as handled until the consumer reaches it.
      task.catch(() => undefined);
      running.push(task);
      if (running.length >= limit) yield await first(running);
    }
    while (running.length > 0) yield await first(running);
  } finally {
    await Promise.allSettled(running);
  }
}

async function first<R>(running: Promise<R>[]): Promise<R> {
  const task = running.shift();
  if (task === undefined) throw new RangeError("Nothing is running.");
  return await task;
}
