import type { Extent } from "@kluis/domain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignExtents, type ListedPart, planParts, planSegments, segmentCount } from "./segments.ts";

const BLOCK = 8;
const SEGMENT = 32;

/** A disk as one kind per byte: "." untouched, "d" data, "z" zeroed. */
function paint(diskBytes: number, extents: readonly Extent[]): string[] {
  const bytes = Array.from({ length: diskBytes }, () => ".");
  for (const extent of extents) {
    for (let at = extent.offset; at < Math.min(diskBytes, extent.offset + extent.length); at++) {
      bytes[at] = extent.kind === "data" ? "d" : "z";
    }
  }
  return bytes;
}

/** The expected kind of each block, computed byte by byte. */
function expectedBlocks(bytes: readonly string[]): string[] {
  const blocks: string[] = [];
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const block = bytes.slice(start, start + BLOCK);
    if (block.every((byte) => byte === ".")) blocks.push(".");
    else blocks.push(block.every((byte) => byte === "z") ? "z" : "d");
  }
  return blocks;
}

const disk = fc.integer({ min: 1, max: 200 }).chain((diskBytes) =>
  fc.record({
    diskBytes: fc.constant(diskBytes),
    extents: fc
      .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 40 }), fc.boolean()), {
        maxLength: 25,
      })
      .map((parts) => {
        let at = 0;
        return parts.map(([gap, length, data]): Extent => {
          const extent: Extent = { offset: at + gap, length, kind: data ? "data" : "zero" };
          at += gap + length;
          return extent;
        });
      }),
  }),
);

describe("alignExtents", () => {
  it("gives every block the kind that its bytes require", async () => {
    await fc.assert(
      fc.asyncProperty(disk, async ({ diskBytes, extents }) => {
        const aligned = await Array.fromAsync(alignExtents(extents, { diskBytes, blockBytes: BLOCK }));
        const got = expectedBlocks(paint(diskBytes, aligned));
        expect(got).toEqual(expectedBlocks(paint(diskBytes, extents)));
        for (const [index, extent] of aligned.entries()) {
          expect(extent.offset % BLOCK).toBe(0);
          const end = extent.offset + extent.length;
          expect(end === diskBytes || end % BLOCK === 0).toBe(true);
          const next = aligned[index + 1];
          expect(next?.offset ?? end).toBeGreaterThanOrEqual(end);
          expect(next?.offset === end && next.kind === extent.kind).toBe(false);
        }
      }),
    );
  });

  it("reads a block that is half zeroed and half unknown", async () => {
    const aligned = await Array.fromAsync(
      alignExtents([{ offset: 0, length: 4, kind: "zero" }], { diskBytes: 64, blockBytes: BLOCK }),
    );
    expect(aligned).toEqual([{ offset: 0, length: 8, kind: "data" }]);
  });

  it("drops extents beyond the disk, such as the footer", async () => {
    const aligned = await Array.fromAsync(
      alignExtents([{ offset: 64, length: 8, kind: "data" }], { diskBytes: 64, blockBytes: BLOCK }),
    );
    expect(aligned).toEqual([]);
  });
});

describe("planSegments", () => {
  it("puts every aligned byte into its segment, in order, and counts data bytes", async () => {
    await fc.assert(
      fc.asyncProperty(disk, async ({ diskBytes, extents }) => {
        const options = { diskBytes, blockBytes: BLOCK, segmentBytes: SEGMENT };
        const planned = await Array.fromAsync(planSegments(extents, options));
        const rows = planned.flatMap((segment) =>
          segment.extents.map(([offset, length, kind]): Extent => ({ offset, length, kind })),
        );
        expect(expectedBlocks(paint(diskBytes, rows))).toEqual(expectedBlocks(paint(diskBytes, extents)));
        for (const segment of planned) {
          expect(segment.extents.length).toBeGreaterThan(0);
          expect(segment.segment).toBeLessThan(segmentCount(diskBytes, SEGMENT));
          for (const [offset, length] of segment.extents) {
            expect(Math.floor(offset / SEGMENT)).toBe(segment.segment);
            expect(Math.floor((offset + length - 1) / SEGMENT)).toBe(segment.segment);
          }
          const data = segment.extents.filter(([, , kind]) => kind === "data");
          expect(segment.dataBytes).toBe(data.reduce((sum, [, length]) => sum + length, 0));
        }
        const numbers = planned.map((segment) => segment.segment);
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      }),
    );
  });
});

describe("planParts", () => {
  it("plans the same segments as the whole list, wherever the list and the planning are cut", async () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 199 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(disk, cuts, fc.nat(6), async ({ diskBytes, extents }, at, stopAfter) => {
        const options = { diskBytes, blockBytes: BLOCK, segmentBytes: SEGMENT };
        const whole = await Array.fromAsync(planSegments(extents, options));
        const lists = (from: number): AsyncGenerator<ListedPart> =>
          listed(extents, { diskBytes, cuts: at, from });
        const first = (await Array.fromAsync(planParts(lists(0), options))).slice(0, stopAfter);
        const from = first.at(-1)?.to ?? 0;
        const rest = from < diskBytes ? await Array.fromAsync(planParts(lists(from), options)) : [];
        const parts = [...first, ...rest];
        expect(parts.flatMap(({ segments }) => segments)).toEqual(whole);
        let reached = 0;
        for (const part of parts) {
          expect(part.from).toBe(reached);
          expect(part.to === diskBytes || part.to % SEGMENT === 0).toBe(true);
          reached = part.to;
        }
        expect(reached).toBe(diskBytes);
      }),
    );
  });
});

/** The list of a disk from an offset on, cut at some offsets. */
async function* listed(
  extents: readonly Extent[],
  { diskBytes, cuts, from }: { diskBytes: number; cuts: readonly number[]; from: number },
): AsyncGenerator<ListedPart> {
  let start = from;
  for (const to of [...cuts.filter((cut) => cut > from && cut < diskBytes), diskBytes].toSorted(
    (a, b) => a - b,
  )) {
    const inside = extents.flatMap(({ offset, length, kind }) => {
      const at = Math.max(offset, start);
      const end = Math.min(offset + length, to);
      return end > at ? [{ offset: at, length: end - at, kind }] : [];
    });
    yield { from: start, to, extents: inside };
    start = to;
  }
}
