import { chmod, mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { signal } from "../../test/fixtures.ts";
import { storeConformance } from "../../test/store-conformance.ts";
import { useTempFolder } from "../../test/temp-folder.ts";
import { createFolderStore } from "./folder.ts";

describe("a folder store", () => {
  const inRoot = useTempFolder();
  let made = 0;

  storeConformance(async () => createFolderStore(inRoot(String(made++))));

  it("hides the unfinished file of a killed writer", async () => {
    const folder = inRoot("killed");
    const store = createFolderStore(folder);
    await store.put("packs/ab/whole", [Buffer.from("whole")], signal);
    await writeFile(join(folder, "packs/ab/.0011223344556677.part"), "half of a pa");
    const infos = await Array.fromAsync(store.list("", signal));
    expect(infos).toMatchObject([{ name: "packs/ab/whole", bytes: 5 }]);
  });

  it("lists beside files of others, whatever their names", async () => {
    const folder = inRoot("others");
    const store = createFolderStore(folder);
    await store.put("keys/good", [Buffer.from("1")], signal);
    for (const name of [".DS_Store", "a name", "keys/.nfs01", "keys/=cmd|x", "keys/\u001b[2Jx"])
      await writeFile(join(folder, name), "22");
    await mkdir(join(folder, "lost+found/deep"), { recursive: true });
    await writeFile(join(folder, "lost+found/deep/#1"), "22");
    const names = async (prefix: string) =>
      (await Array.fromAsync(store.list(prefix, signal))).map(({ name }) => name).toSorted();
    expect(await names("keys/")).toEqual(["keys/good"]);
    expect(await names("")).toHaveLength(7);
    expect(await names("")).toContain("lost+found/deep/#1");
  });

  it("keeps no memory for what a read requested beyond the end of an object", async () => {
    const store = createFolderStore(inRoot("short"));
    await store.put("packs/ab/short", [Buffer.from("short")], signal);
    const bytes = await store.get("packs/ab/short", { offset: 1, length: 131_072, signal });
    expect(Buffer.from(bytes).toString()).toBe("hort");
    expect(bytes.buffer.byteLength).toBeLessThan(131_072);
  });

  it("removes the old unfinished files of killed writers, and no others", async () => {
    const folder = inRoot("old-parts");
    await createFolderStore(folder).put("packs/ab/one", [Buffer.from("1")], signal);
    const names = [".old.part", ".new.part", "old.part"];
    for (const name of names) await writeFile(join(folder, "packs/ab", name), "half");
    const before = new Date(Date.now() - 25 * 3_600_000);
    for (const name of [".old.part", "old.part"])
      await utimes(join(folder, "packs/ab", name), before, before);
    await createFolderStore(folder).put("packs/ab/two", [Buffer.from("2")], signal);
    expect((await readdir(join(folder, "packs/ab"))).sort()).toEqual([".new.part", "old.part", "one", "two"]);
  });

  it("removes the unfinished file when the name is taken", async () => {
    const folder = inRoot("taken");
    const store = createFolderStore(folder);
    await store.put("points/p", [Buffer.from("1")], signal);
    await expect(store.put("points/p", [Buffer.from("2")], signal)).rejects.toMatchObject({
      code: "VAULT_OBJECT_EXISTS",
    });
    expect(await readdir(join(folder, "points"))).toEqual(["p"]);
  });

  it("keeps no file open that was deleted", async () => {
    const folder = inRoot("deleted");
    const [store, other] = [createFolderStore(folder), createFolderStore(folder)];
    const read = (name: string) => store.get(name, { offset: 1, length: 2, signal });
    for (const name of ["packs/ab/one", "packs/ab/two"]) await store.put(name, [Buffer.from("abcd")], signal);
    for (const name of ["packs/ab/one", "packs/ab/two"]) expect(String(await read(name))).toBe("bc");
    await store.delete("packs/ab/one", signal);
    await other.delete("packs/ab/two", signal);
    for (const name of ["packs/ab/one", "packs/ab/two"])
      await expect(read(name)).rejects.toMatchObject({ code: "VAULT_OBJECT_MISSING" });
    await store.put("packs/ab/one", [Buffer.from("efgh")], signal);
    expect(String(await read("packs/ab/one"))).toBe("fg");
  });

  it("is VAULT_UNREACHABLE when it cannot write", async () => {
    const folder = inRoot("file-not-folder");
    await writeFile(folder, "in the way");
    await chmod(folder, 0o400);
    const put = createFolderStore(folder).put("vault.json", [Buffer.from("{}")], signal);
    await expect(put).rejects.toMatchObject({
      code: "VAULT_UNREACHABLE",
    });
  });
});
