/** Stores for the benchmark: one that counts requests, and one that is as slow as a distant storage. */
import { setTimeout as wait } from "node:timers/promises";
import type { BlobStore, GetOptions } from "../src/index.ts";

export interface StoreCounts {
  requests: number;
  bytesIn: number;
  bytesOut: number;
}

export interface SlowLink {
  /** Of every request, before its first byte. */
  readonly latencyMs: number;
  /** Shared by all requests of a direction. */
  readonly bytesPerSecond: number;
}

/** The time at which a direction of the link is free again. */
class Lane {
  private freeAt = 0;
  private readonly bytesPerSecond: number;

  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond;
  }

  async pass(bytes: number, latencyMs: number): Promise<void> {
    const now = performance.now();
    this.freeAt = Math.max(this.freeAt, now + latencyMs) + (bytes / this.bytesPerSecond) * 1000;
    await wait(this.freeAt - now);
  }
}

/** Wraps a store: counts requests and bytes, and delays each request as the link would. */
export function slowStore(
  store: BlobStore,
  link: SlowLink | null,
): { readonly store: BlobStore; readonly counts: StoreCounts } {
  const counts: StoreCounts = { requests: 0, bytesIn: 0, bytesOut: 0 };
  const lanes =
    link === null ? null : { up: new Lane(link.bytesPerSecond), down: new Lane(link.bytesPerSecond) };
  const pass = async (lane: "up" | "down", bytes: number) => {
    counts.requests += 1;
    if (link !== null) await lanes?.[lane].pass(bytes, link.latencyMs);
  };
  const wrapped: BlobStore = {
    description: store.description,
    place: store.place,
    put: async (name, parts, signal) => {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      counts.bytesIn += bytes;
      await pass("up", bytes);
      await store.put(name, parts, signal);
    },
    get: async (name: string, options: GetOptions) => {
      const bytes = await store.get(name, options);
      counts.bytesOut += bytes.length;
      await pass("down", bytes.length);
      return bytes;
    },
    head: async (name, signal) => {
      await pass("down", 0);
      return store.head(name, signal);
    },
    list: async function* (prefix, signal) {
      await pass("down", 0);
      yield* store.list(prefix, signal);
    },
    delete: async (name, signal) => {
      await pass("up", 0);
      return store.delete(name, signal);
    },
  };
  return { store: wrapped, counts };
}
