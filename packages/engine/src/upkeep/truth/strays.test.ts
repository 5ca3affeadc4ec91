import { noStrays } from "@kluis/domain";
import type { ObjectInfo } from "@kluis/vault";
import { expect, it } from "vitest";
import { findStrays, strayTally, withTally } from "./strays.ts";

const signal = new AbortController().signal;
const now = new Date("2026-11-27T12:00:00Z");
const old = new Date("2026-11-25T12:00:00Z");
const recent = new Date("2026-11-27T11:00:00Z");
const MANY = 12_000;

const pack = (n: number): string => n.toString(16).padStart(32, "0");
const moved = (n: number): string => `moved/00/${pack(n)}/0123456789abcdef`;

/** A storage with `MANY` unknown objects of each kind, every tenth recent, and one known moved table and manifest. */
function storage() {
  const heads: string[] = [];
  const infoOf = (name: string, n: number): ObjectInfo => ({
    name,
    bytes: 3,
    writtenAt: n % 10 === 0 ? recent : old,
  });
  const infos = new Map<string, ObjectInfo>();
  const put = (name: string, n: number) => infos.set(name, infoOf(name, n));
  put(moved(MANY + 1), 1);
  put("points/known", 1);
  put("vault.json", 1);
  put("checks/x", 1);
  for (let n = 0; n < MANY; n++) for (const name of [moved(n), `points/p${n}`, `strange/${n}`]) put(name, n);
  return {
    heads,
    async *list() {
      for (const info of infos.values()) yield await Promise.resolve(info);
    },
    head: (name: string) => {
      heads.push(name);
      return Promise.resolve(infos.get(name) ?? null);
    },
  };
}

it("unknown objects in any number are counted exactly, with few names, few requests and small portions", async () => {
  const store = storage();
  const portions: number[] = [];
  const known = (one: string) => (ids: readonly string[]) => {
    portions.push(ids.length);
    return Promise.resolve(new Set(ids.filter((id) => id === one)));
  };
  const port = { knownPacks: known(pack(MANY + 1)), knownPoints: known("known") };
  const strays = await findStrays(port, { store, now, signal });
  const each = (MANY * 9) / 10;
  expect(strays).toMatchObject({ packs: 0, nodes: 0, moved: each, points: each, others: each });
  expect(strays.bytes).toBe(each * 3 * 3);
  expect(strays.names).toHaveLength(20);
  expect(Math.max(...portions)).toBeLessThanOrEqual(1_000);
  expect(store.heads.length).toBeLessThanOrEqual(3_000);
});

it("an object that is gone meanwhile is not counted", async () => {
  const store = { head: () => Promise.resolve(null) };
  const objects = [{ name: "packs/00/x", bytes: 3 }];
  const tally = strayTally({ store }, { now, signal });
  await tally.add(objects);
  expect(withTally(noStrays, "packs", tally)).toEqual(noStrays);
});
