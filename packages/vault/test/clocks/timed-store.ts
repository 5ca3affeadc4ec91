/** A store in memory that tells when objects were written, by a separate clock; each request waits for its turn. */
import type { BlobStore, GetOptions, ObjectInfo } from "../../src/store/port.ts";
import { MemoryStore } from "../memory-store.ts";

export class TimedObjects {
  readonly inner = new MemoryStore();
  readonly written = new Map<string, Date>();
  /** The time of the storage. */
  now = Date.UTC(2026, 0, 1);

  /** The store as one process sees it. `turn` rejects when the process is dead. */
  view(turn: () => Promise<void>): BlobStore {
    const { inner, written } = this;
    const timed = (info: ObjectInfo): ObjectInfo => {
      const writtenAt = written.get(info.name);
      return writtenAt === undefined ? info : { ...info, writtenAt };
    };
    return {
      description: inner.description,
      place: inner.place,
      put: async (name, parts, signal) => {
        await turn();
        await inner.put(name, parts, signal);
        written.set(name, new Date(this.now));
      },
      get: async (name: string, options: GetOptions) => {
        await turn();
        return inner.get(name, options);
      },
      head: async (name, signal) => {
        await turn();
        const info = await inner.head(name, signal);
        return info === null ? null : timed(info);
      },
      async *list(prefix, signal) {
        await turn();
        // A list is one request.
        yield* (await Array.fromAsync(inner.list(prefix, signal))).map(timed);
      },
      delete: async (name, signal) => {
        await turn();
        return inner.delete(name, signal);
      },
    };
  }
}
