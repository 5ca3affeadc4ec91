import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signal } from "../../test/fixtures.ts";
import { storeConformance } from "../../test/store-conformance.ts";
import { createFolderStore } from "./folder.ts";

describe("a folder store", () => {
  let root = "";
  let made = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "kluis-folder-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  storeConformance(async () => createFolderStore(join(root, String(made++))));

  it("shows nothing of a writer that was killed", async () => {
    const folder = join(root, "killed");
    const store = createFolderStore(folder);
    await store.put("packs/ab/whole", [Buffer.from("whole")], signal);
    await writeFile(join(folder, "packs/ab/.0011223344556677.part"), "half of a pa");
    const infos = await Array.fromAsync(store.list("", signal));
    expect(infos).toEqual([{ name: "packs/ab/whole", bytes: 5 }]);
  });

  it("leaves no unfinished file behind when the name is taken", async () => {
    const folder = join(root, "taken");
    const store = createFolderStore(folder);
    await store.put("points/p", [Buffer.from("1")], signal);
    await expect(store.put("points/p", [Buffer.from("2")], signal)).rejects.toMatchObject({
      code: "VAULT_OBJECT_EXISTS",
    });
    expect(await readdir(join(folder, "points"))).toEqual(["p"]);
  });

  it("names the folder and the cause when it cannot write", async () => {
    const folder = join(root, "file-not-folder");
    await writeFile(folder, "in the way");
    await chmod(folder, 0o400);
    const put = createFolderStore(folder).put("vault.json", [Buffer.from("{}")], signal);
    await expect(put).rejects.toMatchObject({
      code: "VAULT_UNREACHABLE",
    });
  });
});
