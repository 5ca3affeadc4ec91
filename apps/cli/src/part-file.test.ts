import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataRuns } from "./part-file.ts";

/** Content as disks have it: pieces of zeros and of data, not aligned to anything. */
const stretch = fc.record({ zero: fc.boolean(), length: fc.integer({ min: 1, max: 20_000 }) });
const content = fc
  .array(stretch, { maxLength: 8 })
  .map((parts) => Buffer.concat(parts.map(({ zero, length }) => Buffer.alloc(length, zero ? 0 : 7))));

describe("data runs", () => {
  test("writing only the runs gives the same content", () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const copy = Buffer.alloc(bytes.length);
        for (const [start, end] of dataRuns(bytes)) bytes.copy(copy, start, start, end);
        expect(copy.equals(bytes)).toBe(true);
      }),
    );
  });

  test("runs are in order, apart, never empty, and leave out every whole piece of zeros", () => {
    fc.assert(
      fc.property(content, (bytes) => {
        let last = -1;
        for (const [start, end] of dataRuns(bytes)) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          for (let piece = start; piece < end; piece += 4096) {
            expect(bytes.subarray(piece, Math.min(piece + 4096, end)).some((byte) => byte !== 0)).toBe(true);
          }
          last = end;
        }
      }),
    );
  });

  test("a view into a larger buffer is read at its own offset", () => {
    const whole = Buffer.concat([Buffer.alloc(4096, 1), Buffer.alloc(4096), Buffer.alloc(100, 2)]);
    expect([...dataRuns(whole.subarray(4096))]).toEqual([[4096, 4196]]);
  });
});
