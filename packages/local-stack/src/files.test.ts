import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { secretFile } from "./files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("creates a secret once, readable by its owner only", async () => {
  const path = join(folder, "secrets", "key");
  const made = await secretFile(path);
  expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await secretFile(path)).toBe(made);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, "secrets"))).mode & 0o777).toBe(0o700);
});

it("returns the same secret to concurrent callers, and leaves no other file", async () => {
  const path = join(folder, "key");
  const all = await Promise.all(Array.from({ length: 10 }, () => secretFile(path)));
  expect(new Set(all).size).toBe(1);
  expect((await readFile(path, "utf8")).trim()).toBe(all[0]);
  expect(await readdir(folder)).toEqual(["key"]);
});
