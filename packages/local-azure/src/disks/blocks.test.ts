import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ABSENT,
  BLOCK_SIZE,
  BlockMap,
  DATA,
  isZero,
  listRuns,
  PAGE_BLOCKS,
  walkStack,
  ZERO,
} from "./blocks.ts";

/** Blocks around the borders of pages, and far apart. */
const block = fc.oneof(
  fc.nat(20),
  fc.integer({ min: PAGE_BLOCKS - 5, max: PAGE_BLOCKS + 5 }),
  fc.integer({ min: 5 * PAGE_BLOCKS - 3, max: 5 * PAGE_BLOCKS + 3 }),
);
const layer = fc.array(fc.tuple(block, fc.constantFrom(ABSENT, DATA, ZERO)), { maxLength: 30 });
const END = 6 * PAGE_BLOCKS;

function mapOf(entries: readonly (readonly [number, number])[]): {
  map: BlockMap;
  plain: Map<number, number>;
} {
  const map = new BlockMap();
  const plain = new Map<number, number>();
  for (const [at, state] of entries) {
    map.set(at, state);
    plain.set(at, state);
  }
  return { map, plain };
}

test("a stack has the newest state of each block, in runs that cover the range once", () => {
  fc.assert(
    fc.property(
      fc.array(layer, { minLength: 1, maxLength: 4 }),
      block,
      fc.nat(70_000),
      (entries, first, count) => {
        const built = entries.map(mapOf);
        const end = Math.min(END, first + count);
        let expected = first;
        walkStack(
          built.map(({ map }) => map),
          { first, end },
          (run) => {
            expect(run.first).toBe(expected);
            expect(run.count).toBeGreaterThan(0);
            expected += run.count;
            const interesting = new Set(entries.flat().map(([at]) => at));
            for (const at of [run.first, run.first + run.count - 1, ...interesting]) {
              if (at < run.first || at >= run.first + run.count) continue;
              const newest = built.findIndex(({ plain }) => (plain.get(at) ?? ABSENT) !== ABSENT);
              expect(run.layer).toBe(newest);
              expect(run.state).toBe(newest < 0 ? ABSENT : built[newest]?.plain.get(at));
            }
          },
        );
        expect(expected).toBe(Math.max(first, end));
      },
    ),
  );
});

test("the counts of held and data blocks follow every change", () => {
  fc.assert(
    fc.property(layer, (entries) => {
      const { map, plain } = mapOf(entries);
      const states = [...plain.values()];
      expect(map.held).toBe(states.filter((state) => state !== ABSENT).length);
      expect(map.data).toBe(states.filter((state) => state === DATA).length);
    }),
  );
});

test("runs are clipped to the window and joined across layers; zeros are listed as changes only", () => {
  const { map: upper } = mapOf([
    [1, DATA],
    [3, ZERO],
  ]);
  const { map: lower } = mapOf([
    [2, DATA],
    [3, DATA],
  ]);
  const window = { offset: BLOCK_SIZE + 512, end: 10 * BLOCK_SIZE };
  expect(listRuns([upper, lower], window, false)).toEqual([
    { offset: BLOCK_SIZE + 512, length: 2 * BLOCK_SIZE - 512, state: DATA },
  ]);
  expect(listRuns([upper], window, true)).toEqual([
    { offset: BLOCK_SIZE + 512, length: BLOCK_SIZE - 512, state: DATA },
    { offset: 3 * BLOCK_SIZE, length: BLOCK_SIZE, state: ZERO },
  ]);
});

test("an empty 32 TiB disk costs no memory and is one run", () => {
  const map = new BlockMap();
  const runs: number[] = [];
  walkStack([map], { first: 0, end: (32 * 1024 ** 4) / BLOCK_SIZE }, ({ count }) => runs.push(count));
  expect(map.pages.size).toBe(0);
  expect(runs).toEqual([(32 * 1024 ** 4) / BLOCK_SIZE]);
});

test("isZero finds a single bit at any place", () => {
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 17);
  expect(isZero(bytes)).toBe(true);
  for (const at of [0, 1024 * 1024 - 1, 1024 * 1024, bytes.length - 1]) {
    bytes[at] = 1;
    expect(isZero(bytes)).toBe(false);
    bytes[at] = 0;
  }
});
