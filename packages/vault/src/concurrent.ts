/**
 * Maps with bounded concurrency and yields results in order; pulls an item only when a slot is free. On the first error, or when the
 * consumer stops, the source is closed and everything that runs is awaited before the error leaves, so nothing runs on behind the caller's back.
 */
export async function* mapConcurrent<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of source) {
      const started = work(item);
      // Marked as handled: the loop below rethrows it in its turn.
      started.catch(ignoreUntilAwaited);
      running.push(started);
      if (running.length >= limit) yield await takeFirst(running);
    }
    while (running.length > 0) yield await takeFirst(running);
  } finally {
    await Promise.allSettled(running);
  }
}

async function takeFirst<R>(running: Promise<R>[]): Promise<R> {
  const first = running.shift();
  if (first === undefined) throw new RangeError("Nothing is running.");
  return await first;
}

function ignoreUntilAwaited(): void {
  // The promise is awaited, and its error thrown, by the consumer.
}

/** `forEach` with bounded concurrency; the first error wins after all that ran has settled. */
export async function forEachConcurrent<T>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for await (const _ of mapConcurrent(source, limit, work)) {
    // Only the order and the bound matter here.
  }
}
