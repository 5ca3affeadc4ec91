/** A cache of loaded values. */

/** Least-recently-used cache bounded by bytes. Holds promises, so that concurrent readers of a key share one load. */
export class LruCache<T> {
  private readonly entries = new Map<string, { readonly value: Promise<T>; bytes: number }>();
  private readonly capacity: number;
  private used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /**
   * The cached value, or the result of `load`. On failure each waiter loads again: the first caller may just have canceled.
   */
  async get(key: string, load: () => Promise<T>, sizeOf: (value: T) => number): Promise<T> {
    const known = this.entries.get(key);
    if (known === undefined) return this.load(key, load, sizeOf);
    this.entries.delete(key);
    this.entries.set(key, known);
    const [shared] = await Promise.allSettled([known.value]);
    return shared.status === "fulfilled" ? shared.value : this.load(key, load, sizeOf);
  }

  /** Forgets a key; a load in progress is not kept. */
  drop(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.used -= entry.bytes;
  }

  private async load(key: string, load: () => Promise<T>, sizeOf: (value: T) => number): Promise<T> {
    const entry = { value: load(), bytes: 0 };
    this.entries.set(key, entry);
    try {
      const value = await entry.value;
      this.settle(key, entry, sizeOf(value));
      return value;
    } catch (error) {
      this.forget(key, entry);
      throw error;
    }
  }

  private settle(key: string, entry: { bytes: number }, bytes: number): void {
    if (this.entries.get(key) !== entry) return;
    entry.bytes = bytes;
    this.used += bytes;
    for (const [oldest, { bytes: size }] of this.entries) {
      if (this.used <= this.capacity) break;
      if (size === 0) continue;
      this.entries.delete(oldest);
      this.used -= size;
    }
  }

  private forget(key: string, entry: { bytes: number }): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }
}
