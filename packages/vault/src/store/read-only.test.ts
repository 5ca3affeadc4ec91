import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createFolderStore } from "./folder.ts";
import { readOnlyStore } from "./read-only.ts";

const { signal } = new AbortController();

test("a store that only reads refuses to write and to delete, and reads all the rest", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "kluis-read-only-"));
  const store = createFolderStore(folder);
  await store.put("checks/one", [Buffer.from("x")], signal);
  const reader = readOnlyStore(store);
  await expect(reader.put("checks/two", [Buffer.from("y")], signal)).rejects.toMatchObject({
    code: "INTERNAL",
  });
  await expect(reader.delete("checks/one", signal)).rejects.toMatchObject({ code: "INTERNAL" });
  expect(Buffer.from(await reader.get("checks/one", { signal })).toString()).toBe("x");
  expect(await reader.head("checks/one", signal)).toMatchObject({ bytes: 1 });
  expect((await Array.fromAsync(reader.list("", signal))).map(({ name }) => name)).toEqual(["checks/one"]);
  expect(reader.fileOf?.("checks/one")).toBe(store.fileOf?.("checks/one"));
  await rm(folder, { recursive: true });
});
