import { describe, expect, it } from "vitest";
import { newVault, noise, signal } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { type BlobStore, createTransferLimits, MAX_READ_BYTES } from "../index.ts";

const MIB = 1024 * 1024;

/** A source that counts the bytes read. */
function countingSource(size: number) {
  const source = {
    size,
    disposable: true,
    readBytes: 0,
    read: async (offset: number, length: number) => {
      source.readBytes += length;
      return noise(length, offset);
    },
  };
  return source;
}

describe("memory of a transfer", () => {
  it("is bounded: reading stops at the limits while the store accepts nothing", async () => {
    const packBytes = 2 * MIB;
    const inFlightBytes = 8 * MIB;
    const limits = createTransferLimits({ packBytes, inFlightBytes, uploads: 1, reads: 2 });
    const { vault, store } = await newVault(new MemoryStore());
    const source = countingSource(64 * MIB);
    let opened: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const put = store.put.bind(store);
    let waiting = false;
    store.put = async (...args: Parameters<BlobStore["put"]>) => {
      waiting = true;
      await gate;
      return put(...args);
    };
    const job = vault.writeSegment({
      domain: "test",
      diskBytes: source.size,
      segment: 0,
      delta: "digest-comparison",
      base: null,
      source,
      signal,
      limits,
      extents: [{ offset: 0, length: source.size, kind: "data" }],
    });
    // Reading has stopped when many turns of the event loop bring no more bytes.
    let before = -1;
    for (let quiet = 0; quiet < 500; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = waiting && source.readBytes === before ? quiet + 1 : 0;
      before = source.readBytes;
    }
    // One pack is uploading, one is full, one chunk waits; and the batches in flight.
    expect(source.readBytes).toBeLessThanOrEqual(inFlightBytes + 3 * packBytes + 2 * MAX_READ_BYTES);
    opened();
    const { stats } = await job;
    expect(stats).toMatchObject({ readBytes: 64 * MIB, movedBytes: 64 * MIB, chunksNew: 64 });
  });
});
