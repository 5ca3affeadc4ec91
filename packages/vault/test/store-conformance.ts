/** The conformance suite of all stores. */
import { expect, it } from "vitest";
import type { BlobStore } from "../src/index.ts";
import { noise, signal } from "./fixtures.ts";

async function names(store: BlobStore, prefix: string): Promise<string[]> {
  const infos = await Array.fromAsync(store.list(prefix, signal));
  return infos.map(({ name }) => name).sort();
}

/** The behavior that every store must have; `open` returns a new, empty store each time. */
export function storeConformance(open: () => Promise<BlobStore>): void {
  it("returns stored bytes, whole and in ranges", async () => {
    const store = await open();
    const bytes = noise(700_000, 1);
    await store.put(
      "packs/ab/abcd",
      [bytes.subarray(0, 3), bytes.subarray(3, 400_000), bytes.subarray(400_000)],
      signal,
    );
    expect(Buffer.from(await store.get("packs/ab/abcd", { signal })).equals(bytes)).toBe(true);
    const range = await store.get("packs/ab/abcd", { signal, offset: 399_990, length: 20 });
    expect(Buffer.from(range).equals(bytes.subarray(399_990, 400_010))).toBe(true);
    const rest = await store.get("packs/ab/abcd", { signal, offset: 699_000 });
    expect(Buffer.from(rest).equals(bytes.subarray(699_000))).toBe(true);
    const beyond = await store.get("packs/ab/abcd", { signal, offset: 699_999, length: 50 });
    expect(beyond.length).toBe(1);
    expect((await store.get("packs/ab/abcd", { signal, offset: 700_001, length: 5 })).length).toBe(0);
  });

  it("never overwrites: a second put of a name fails and changes nothing", async () => {
    const store = await open();
    await store.put("points/p1", [Buffer.from("first")], signal);
    const second = store.put("points/p1", [Buffer.from("second!")], signal);
    await expect(second).rejects.toMatchObject({
      code: "VAULT_OBJECT_EXISTS",
      params: { object: "points/p1" },
    });
    expect(Buffer.from(await store.get("points/p1", { signal })).toString()).toBe("first");
  });

  it("accepts exactly one of many writers of a name", async () => {
    const store = await open();
    const puts = Array.from({ length: 8 }, (_, i) =>
      store.put("keys/00000001.json", [Buffer.from(`writer ${i}`)], signal),
    );
    const results = await Promise.allSettled(puts);
    const winners = results.flatMap(({ status }, i) => (status === "fulfilled" ? [i] : []));
    expect(winners).toHaveLength(1);
    const content = Buffer.from(await store.get("keys/00000001.json", { signal })).toString();
    expect(content).toBe(`writer ${winners[0]}`);
  });

  it("reports a missing object", async () => {
    const store = await open();
    await expect(store.get("packs/aa/none", { signal })).rejects.toMatchObject({
      code: "VAULT_OBJECT_MISSING",
      params: { object: "packs/aa/none" },
    });
    expect(await store.head("packs/aa/none", signal)).toBeNull();
    expect(await store.delete("packs/aa/none", signal)).toBe(false);
    expect(await names(store, "packs/")).toEqual([]);
  });

  it("lists by prefix, with sizes, without deleted objects", async () => {
    const store = await open();
    for (const name of ["vault.json", "packs/00/a", "packs/00/b", "packs/ff/c", "points/p"]) {
      await store.put(name, [Buffer.from(name)], signal);
    }
    expect(await names(store, "packs/")).toEqual(["packs/00/a", "packs/00/b", "packs/ff/c"]);
    expect(await names(store, "packs/00/")).toEqual(["packs/00/a", "packs/00/b"]);
    expect(await names(store, "")).toHaveLength(5);
    expect(await store.head("packs/ff/c", signal)).toMatchObject({ name: "packs/ff/c", bytes: 10 });
    expect(await store.delete("packs/00/a", signal)).toBe(true);
    expect(await names(store, "packs/")).toEqual(["packs/00/b", "packs/ff/c"]);
  });

  it("refuses an answer larger than its reader accepts, and reads on", async () => {
    const store = await open();
    await store.put("points/p", [noise(300_000, 3)], signal);
    for (const most of [0, 1, 299_999]) {
      await expect(store.get("points/p", { signal, most })).rejects.toMatchObject({
        code: "VAULT_DATA_DAMAGED",
        params: { object: "points/p" },
      });
    }
    await expect(store.get("points/p", { signal, offset: 5, length: 100, most: 99 })).rejects.toMatchObject({
      code: "VAULT_DATA_DAMAGED",
    });
    expect(await store.get("points/p", { signal, most: 300_000 })).toHaveLength(300_000);
  });

  it("stores empty objects", async () => {
    const store = await open();
    await store.put("packs/00/empty", [], signal);
    expect((await store.get("packs/00/empty", { signal })).length).toBe(0);
    expect(await store.head("packs/00/empty", signal)).toMatchObject({ bytes: 0 });
  });

  it("rejects invalid names", async () => {
    const store = await open();
    for (const name of ["../up", "a//b", "/abs", "a/../b", "", "a\\b", ".hidden", "a b"]) {
      await expect(store.put(name, [], signal)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    }
  });

  it("stops on an aborted signal", async () => {
    const store = await open();
    const stopped = AbortSignal.abort();
    await expect(store.put("packs/00/x", [Buffer.from("x")], stopped)).rejects.toThrow(/abort|cancel/i);
    await expect(store.get("packs/00/x", { signal: stopped })).rejects.toThrow(/abort|cancel/i);
    expect(await store.head("packs/00/x", signal)).toBeNull();
  });
}
