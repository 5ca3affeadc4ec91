import type { ChunkPlace, LiveItem } from "@kluis/vault";
import { expect, test } from "vitest";
import { liveBytes } from "./live-bytes.ts";

const signal = new AbortController().signal;
const item = (pack: string, offset: number, length: number): LiveItem => ({
  pack,
  offset,
  length,
  kind: 1,
  id: "00",
  plainLength: 1,
});
const vaultOf = (moved: Record<string, ChunkPlace[]>) => ({
  movedPlaces: async (items: readonly ChunkPlace[]) =>
    items.map(({ pack, offset }) => moved[`${pack}:${offset}`] ?? []),
});
const liveOf = async (moved: Record<string, ChunkPlace[]>, items: readonly LiveItem[]) =>
  Object.fromEntries(await liveBytes({ vault: vaultOf(moved), signal }, items, new Set(["b", "c"])));

test("items that an earlier compaction moved into a pack are needed of it, each once", async () => {
  const moved = {
    "a:0": [{ pack: "b", offset: 7, length: 40 }],
    "old:9": [
      { pack: "a", offset: 0, length: 41 },
      { pack: "b", offset: 7, length: 40 },
    ],
    "a:1": [{ pack: "z", offset: 1, length: 50 }],
  };
  const items = [item("a", 0, 41), item("old", 9, 41), item("a", 1, 50), item("b", 100, 60), item("c", 0, 5)];
  expect(await liveOf(moved, items)).toEqual({ b: 100, c: 5 });
});
