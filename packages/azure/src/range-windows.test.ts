import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstSize, isSmallest, nextSize, rangesPerAnswer, smallestWindow } from "./range-windows.ts";

const [KIB, MIB, GIB, TIB] = [2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40];

/** A stretch of a disk with one range of 4 KiB every `everyBytes`. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly everyBytes: number;
}

/** Ranges that begin in `[from, to)`, and where the last of the first 10,000 ends. */
function answerOf(disk: readonly Stretch[], from: number, to: number) {
  let ranges = 0;
  let reached = from;
  for (const stretch of disk) {
    const first = Math.ceil((Math.max(from, stretch.from) - stretch.from) / stretch.everyBytes);
    const end = Math.ceil((Math.min(to, stretch.to) - stretch.from) / stretch.everyBytes);
    const taken = Math.min(Math.max(0, end - first), rangesPerAnswer - ranges);
    if (taken > 0) reached = stretch.from + (first + taken - 1) * stretch.everyBytes + 4 * KIB;
    if (end - first > taken) return { cut: true, ranges: rangesPerAnswer, reached };
    ranges += taken;
  }
  return { cut: false, ranges, reached };
}

interface Walk {
  readonly requests: number;
  readonly listed: number;
  readonly wasted: number;
}

/** Lists a disk as the engine does, and counts. `isLate` says which windows the service does not answer in time. */
function walk(disk: readonly Stretch[], diskBytes: number, isLate = (_bytes: number) => false): Walk {
  const count = { requests: 0, listed: 0, wasted: 0 };
  let size = firstSize();
  for (let from = 0; from < diskBytes; ) {
    const to = Math.min(diskBytes, from + size.bytes);
    const bytes = to - from;
    count.requests += 1;
    if (isLate(bytes)) {
      if (isSmallest(bytes)) throw new Error("The smallest window is late.");
      size = nextSize(size, { kind: "late", bytes });
      count.wasted += 1;
      continue;
    }
    const { cut, ranges, reached } = answerOf(disk, from, to);
    if (cut) {
      size = nextSize(size, { kind: "cut", bytes, reachedBytes: reached - from });
      if (size.bytes >= bytes) throw new Error(`A cut window of ${bytes} bytes does not shrink.`);
      count.wasted += 1;
      continue;
    }
    size = nextSize(size, { kind: "listed", ranges, bytes });
    count.listed += ranges;
    from = to;
  }
  return count;
}

const every = (everyBytes: number, from = 0, to = 4 * TIB): Stretch => ({ from, to, everyBytes });

describe("the windows of a 4 TiB disk", () => {
  test("grow where nothing changed", () => {
    expect(walk([], 4 * TIB).requests).toBeLessThanOrEqual(6);
  });

  test("a change every 64 MiB takes some requests, and every MiB some hundred", () => {
    expect(walk([every(64 * MIB)], 4 * TIB)).toMatchObject({ listed: 65_536 });
    expect(walk([every(64 * MIB)], 4 * TIB).requests).toBeLessThanOrEqual(14);
    expect(walk([every(MIB)], 4 * TIB).requests).toBeLessThanOrEqual(560);
  });

  test("a dense start does not decide about the rest", () => {
    const dense = every(8 * KIB, 0, 128 * MIB);
    expect(walk([dense, every(64 * MIB, 128 * MIB)], 4 * TIB).requests).toBeLessThanOrEqual(30);
  });

  test("scattered changes with 64 dense clusters of 256 MiB stay under 3,000 requests", () => {
    const disk: Stretch[] = [];
    let at = 0;
    for (let cluster = 0; cluster < 64; cluster += 1) {
      const from = cluster * 64 * GIB + 17 * GIB;
      disk.push(every(64 * MIB, at, from), every(8 * KIB, from, from + 256 * MIB));
      at = from + 256 * MIB;
    }
    disk.push(every(64 * MIB, at));
    const { requests, listed } = walk(disk, 4 * TIB);
    expect(listed).toBeGreaterThan(64 * 32_768);
    expect(requests).toBeLessThanOrEqual(1_300);
  });

  test("late answers shrink the window, and it grows again once larger ones are in time", () => {
    const slow = walk([every(64 * MIB)], 4 * TIB, (bytes) => bytes > 16 * GIB);
    expect(slow.requests).toBeLessThanOrEqual(600);
    expect(slow.listed).toBe(65_536);
    let late = 2;
    expect(walk([every(64 * MIB)], 4 * TIB, () => late-- > 0).requests).toBeLessThanOrEqual(100);
  });
});

test("every layout ends, lists each range once, and wastes less than half of its requests", () => {
  const layout = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 13, max: 31 })), {
      minLength: 1,
      maxLength: 12,
    })
    .map((parts) => {
      let at = 0;
      return parts.map(([units, power]): Stretch => {
        // Dense stretches are short, so that a case does not count millions of ranges.
        const bytes = units * 2 ** power * 100;
        const stretch = { from: at, to: at + bytes, everyBytes: 2 ** power };
        at += bytes;
        return stretch;
      });
    });
  fc.assert(
    fc.property(layout, (disk) => {
      const end = disk.at(-1)?.to ?? smallestWindow;
      const total = disk.reduce((sum, { from, to, everyBytes }) => sum + (to - from) / everyBytes, 0);
      const { requests, listed, wasted } = walk(disk, end);
      expect(listed).toBe(total);
      expect(requests).toBeLessThanOrEqual(2 * (total / 8_000) + 24 * disk.length + end / (64 * GIB) + 8);
      expect(wasted).toBeLessThanOrEqual(requests / 2);
    }),
  );
});
