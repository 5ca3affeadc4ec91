/** A store that fails at a chosen call, to simulate killed processes. */
import { KluisError } from "@kluis/domain";
import type { BlobStore, GetOptions, ObjectInfo } from "../src/store/port.ts";

/** When a call fails: before it has an effect, or after (the answer is lost). */
export type Failure = "before" | "after";

/** Forwards calls to a store until the n-th changing call; then every call fails, like a killed process. */
export class FailingStore implements BlobStore {
  readonly description = "failing";
  readonly place = { kind: "folder", folder: "memory" } as const;
  private readonly inner: BlobStore;
  private readonly failAt: number;
  private readonly how: Failure;
  changes = 0;

  constructor(inner: BlobStore, failAt: number, how: Failure) {
    this.inner = inner;
    this.failAt = failAt;
    this.how = how;
  }

  put(name: string, parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    return this.change(() => this.inner.put(name, parts, signal));
  }

  get(name: string, options: GetOptions): Promise<Uint8Array> {
    this.check();
    return this.inner.get(name, options);
  }

  head(name: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    this.check();
    return this.inner.head(name, signal);
  }

  list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo> {
    this.check();
    return this.inner.list(prefix, signal);
  }

  delete(name: string, signal: AbortSignal): Promise<boolean> {
    return this.change(() => this.inner.delete(name, signal));
  }

  /** A change elsewhere in the same process, such as a commit of the database. */
  commit<T>(work: () => Promise<T>): Promise<T> {
    return this.change(work);
  }

  private async change<T>(work: () => Promise<T>): Promise<T> {
    this.changes += 1;
    if (this.changes > this.failAt) this.check();
    if (this.changes < this.failAt) return work();
    if (this.how === "after") await work();
    throw killed();
  }

  private check(): void {
    if (this.changes >= this.failAt) throw killed();
  }
}

function killed(): KluisError {
  return new KluisError("VAULT_UNREACHABLE", { reason: "folder", message: "The process is dead." });
}
