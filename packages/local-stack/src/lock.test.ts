import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockHome, successorOf } from "./lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the lock of a data folder", () => {
  it("admits one, names the holder to another, and admits the next after a release", async () => {
    const path = join(folder, "kluis.lock");
    const first = await lockHome(path, "http://localhost:3000");
    await expect(lockHome(path, "http://localhost:3001")).rejects.toMatchObject({
      code: "CONFLICT",
      params: { pid: process.pid, url: "http://localhost:3000" },
    });
    await first.release();
    const second = await lockHome(path, "http://localhost:3001");
    await second.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ["a process that is gone", JSON.stringify({ pid: 999_999_999, started: "1", url: "u" })],
    [
      "another program with the same number",
      JSON.stringify({ pid: process.pid, started: "long ago", url: "u" }),
    ],
    ["a file cut off in the middle", '{"pid":'],
  ])("takes over from %s", async (_who, content) => {
    const path = join(folder, "kluis.lock");
    await writeFile(path, content);
    const lock = await lockHome(path, "http://localhost:3000");
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("admits exactly one of many, however their steps interleave", { timeout: 60_000 }, async () => {
    for (let round = 0; round < 100; round++) {
      const path = join(folder, `kluis-${round}.lock`);
      await writeFile(path, JSON.stringify({ pid: 999_999_999, started: "1", url: "u" }));
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, () => lockHome(path, "http://localhost:3000")),
      );
      const held = tries.filter((result) => result.status === "fulfilled");
      expect(held).toHaveLength(1);
      for (const lock of held) await lock.value.release();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it("takes over from a start that was killed while it took over", async () => {
    const path = join(folder, "kluis.lock");
    const dead = JSON.stringify({ pid: 999_999_999, started: "1", url: "u" });
    await writeFile(path, dead);
    await writeFile(successorOf(path, dead), JSON.stringify({ pid: 999_999_998, started: "1", url: "u" }));
    const lock = await lockHome(path, "http://localhost:3000");
    await expect(lockHome(path, "http://localhost:3001")).rejects.toMatchObject({ code: "CONFLICT" });
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });
});
