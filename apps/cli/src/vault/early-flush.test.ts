import { describe, expect, it } from "vitest";
import { EarlyFlush } from "./early-flush.ts";

describe("a file that is flushed while it is written", () => {
  it("starts one flush at a time, after enough bytes", async () => {
    const flushes: (() => void)[] = [];
    const datasync = () => new Promise<void>((resolve) => flushes.push(resolve));
    const flush = new EarlyFlush({ datasync }, 100);
    flush.wrote(99);
    expect(flushes.length).toBe(0);
    for (const bytes of [1, 100, 100]) flush.wrote(bytes);
    expect(flushes.length).toBe(1);
    flushes[0]?.();
    await flush.finish();
    flush.wrote(1);
    expect(flushes.length).toBe(2);
  });

  it("keeps the failure of a flush for the next call and the end", async () => {
    const flush = new EarlyFlush({ datasync: () => Promise.reject(new Error("EIO")) }, 1);
    flush.wrote(1);
    await expect(flush.finish()).rejects.toThrow("EIO");
    expect(() => flush.wrote(1)).toThrow("EIO");
  });
});
