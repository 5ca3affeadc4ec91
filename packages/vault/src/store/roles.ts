/** A store whose objects one identity creates and reads, and another deletes. */
import type { BlobStore } from "./port.ts";

/**
 * Each request is made by the identity with the fewest rights for it: deletions by the collector, everything else by the writer.
 * So a writer's credential cannot remove a backup, and a collector's needs no right to read or write.
 */
export function storeOfRoles(writer: BlobStore, collector: BlobStore): BlobStore {
  return {
    description: writer.description,
    place: writer.place,
    put: (name, parts, signal) => writer.put(name, parts, signal),
    get: (name, options) => writer.get(name, options),
    head: (name, signal) => writer.head(name, signal),
    list: (prefix, signal) => writer.list(prefix, signal),
    delete: (name, signal) => collector.delete(name, signal),
  };
}
