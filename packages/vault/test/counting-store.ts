/** Counts the reads of a store, by name of the object. */
import type { BlobStore, GetOptions, ObjectInfo } from "../src/store/port.ts";

export class CountingStore implements BlobStore {
  readonly description: string;
  readonly place;
  readonly gets: string[] = [];
  private readonly store: BlobStore;

  constructor(store: BlobStore) {
    this.store = store;
    this.description = store.description;
    this.place = store.place;
  }

  reads(prefix: string): number {
    return this.gets.filter((name) => name.startsWith(prefix)).length;
  }

  get(name: string, options: GetOptions): Promise<Uint8Array> {
    this.gets.push(name);
    return this.store.get(name, options);
  }

  fileOf(name: string): string | undefined {
    return this.store.fileOf?.(name);
  }

  put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    return this.store.put(name, parts, signal);
  }

  head(name: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    return this.store.head(name, signal);
  }

  list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    return this.store.list(prefix, signal);
  }

  delete(name: string, signal: AbortSignal): Promise<boolean> {
    return this.store.delete(name, signal);
  }
}
