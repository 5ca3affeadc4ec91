import type { ComparedPack } from "@kluis/db";
import { expect, it } from "vitest";
import { type ListedPack, type PackSinks, type PackWalkPort, WALK_PAGE, walkPacks } from "./pack-walk.ts";

const signal = new AbortController().signal;
const MANY = 60_000;
const id = (n: number): string => n.toString(16).padStart(32, "0");
const row = (n: number, more: Partial<ComparedPack> = {}): ComparedPack => ({
  packId: id(n),
  state: "live",
  bytes: 7,
  isExpected: true,
  ...more,
});

interface Given {
  readonly rows: readonly ComparedPack[];
  /** The rows when they are read again; default: the same. */
  readonly later?: readonly ComparedPack[];
  readonly listed: Iterable<ListedPack>;
  readonly there?: (pack: string) => boolean;
}

/** Walks, and notes the sizes of everything that is passed around. */
async function walk({ rows, later = rows, listed, there = () => false }: Given) {
  const sizes = { pages: 0, mostRows: 0, mostAsked: 0, mostGiven: 0, heads: 0 };
  const found = { unknown: 0, gone: [] as string[], cut: [] as string[], back: [] as string[], absent: 0 };
  const now = new Map(later.map((one) => [one.packId, one]));
  const port: PackWalkPort = {
    page: (after, limit) => {
      const page = rows.filter(({ packId }) => after === null || packId > after).slice(0, limit);
      sizes.pages += 1;
      sizes.mostRows = Math.max(sizes.mostRows, page.length);
      return Promise.resolve(page);
    },
    again: (packs) => {
      sizes.mostAsked = Math.max(sizes.mostAsked, packs.length);
      return Promise.resolve(packs.flatMap((pack) => now.get(pack) ?? []));
    },
    async *list() {
      for (const one of listed) yield await Promise.resolve(one);
    },
    isThere: (pack) => {
      sizes.heads += 1;
      return Promise.resolve(there(pack));
    },
  };
  const given = <T>(packs: readonly T[]): readonly T[] => {
    sizes.mostGiven = Math.max(sizes.mostGiven, packs.length);
    return packs;
  };
  const sinks: PackSinks = {
    unknown: async (packs) => void (found.unknown += given(packs).length),
    gone: async (packs) => void found.gone.push(...given(packs)),
    cut: async (packs) => void found.cut.push(...given(packs).map(({ pack }) => pack)),
    back: async (packs) => void found.back.push(...given(packs)),
    absent: async (packs) => void (found.absent += given(packs).length),
  };
  await walkPacks(port, sinks, signal);
  return { sizes, found };
}

function* many(from: number): Generator<ListedPack> {
  for (let n = from; n < from + MANY; n++) yield { pack: id(n), bytes: 7 };
}

it("objects that the database does not know stream by in pages, however many there are", async () => {
  const { sizes, found } = await walk({ rows: [row(1)], listed: many(1) });
  expect(found).toMatchObject({ unknown: MANY - 1, gone: [], cut: [], back: [], absent: 0 });
  expect(sizes).toEqual({ pages: 1, mostRows: 1, mostAsked: WALK_PAGE, mostGiven: WALK_PAGE, heads: 0 });
});

it("rows are read in pages, and what is gone is recorded in pages; a whole sample that is gone is believed", async () => {
  const rows = Array.from({ length: 5_500 }, (_, n) => row(n));
  const { sizes, found } = await walk({ rows, listed: [] });
  expect(found.gone).toHaveLength(5_500);
  expect(sizes).toEqual({
    pages: 6,
    mostRows: WALK_PAGE,
    mostAsked: WALK_PAGE,
    mostGiven: WALK_PAGE,
    heads: 200,
  });
});

it("an object that a list left out is looked for, and with one found all others are", async () => {
  const rows = Array.from({ length: 2_500 }, (_, n) => row(n));
  const { sizes, found } = await walk({
    rows,
    listed: [],
    there: (pack) => pack === id(3) || pack > id(2_000),
  });
  expect(found.gone).toHaveLength(2_000);
  expect(sizes.heads).toBe(2_500);
});

it("a pack that was recorded, collected or found again meanwhile is neither unknown nor gone", async () => {
  const rows = [row(1), row(2), row(3, { state: "missing" }), row(4, { state: "missing" }), row(5)];
  const later = [row(1), ...rows.slice(2), row(9)];
  const listed = [
    { pack: id(1), bytes: 6 },
    { pack: id(3), bytes: 7 },
    { pack: id(9), bytes: 7 },
    { pack: id(9), bytes: 7 },
  ];
  const { found } = await walk({ rows, later, listed });
  expect(found).toEqual({ unknown: 0, gone: [id(5)], cut: [id(1)], back: [id(3)], absent: 1 });
});
