/** A store in memory. */
import { alreadyExists, missing } from "../src/errors.ts";
import {
  type BlobStore,
  checkAnswer,
  checkName,
  checkPrefix,
  type GetOptions,
  isObjectName,
  type ObjectInfo,
} from "../src/store/port.ts";

/** A store in memory for unit tests; `objects` is public so that tests can damage, swap or remove objects. */
export class MemoryStore implements BlobStore {
  readonly description = "memory";
  readonly place = { kind: "folder", folder: "memory" } as const;
  readonly objects = new Map<string, Buffer>();

  async put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    checkName(name);
    signal.throwIfAborted();
    if (this.objects.has(name)) throw alreadyExists(name);
    this.objects.set(name, Buffer.concat(parts));
  }

  async get(name: string, { signal, offset = 0, length, most }: GetOptions): Promise<Uint8Array> {
    signal.throwIfAborted();
    const object = this.objects.get(name);
    if (object === undefined) throw missing(name, this.description);
    const answer = object.subarray(offset, length === undefined ? object.length : offset + length);
    checkAnswer(name, answer.length, most);
    return Buffer.from(answer);
  }

  async head(name: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    signal.throwIfAborted();
    const object = this.objects.get(name);
    return object === undefined ? null : { name, bytes: object.length };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    signal.throwIfAborted();
    for (const [name, object] of this.objects) {
      const isListed = name.startsWith(prefix) && (prefix === "" || isObjectName(name));
      if (isListed) yield { name, bytes: object.length };
    }
  }

  async delete(name: string, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    return this.objects.delete(name);
  }

  /** Names of all packs, sorted. */
  packs(): string[] {
    return [...this.names("nodes/"), ...this.names("packs/")];
  }

  /** Names under a prefix, sorted. */
  names(prefix: string): string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix)).sort();
  }
}
