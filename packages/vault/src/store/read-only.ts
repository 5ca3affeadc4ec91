/** A store for a process that only reads. */
import { KluisError } from "@kluis/domain/core";
import type { BlobStore } from "./port.ts";

/** Refuses to write and to delete before any request, whatever its credential allows. */
export function readOnlyStore(store: BlobStore): BlobStore {
  const refuse = (name: string): Promise<never> =>
    Promise.reject(
      new KluisError("INTERNAL", {
        message: `This process only reads vaults; it tried to change ${name}.`,
        params: { object: name },
      }),
    );
  return {
    description: store.description,
    place: store.place,
    put: refuse,
    get: (name, options) => store.get(name, options),
    head: (name, signal) => store.head(name, signal),
    list: (prefix, signal) => store.list(prefix, signal),
    fileOf: (name) => store.fileOf?.(name),
    delete: refuse,
  };
}
