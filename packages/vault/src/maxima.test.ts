import { mkdir, open, rm, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  clock,
  fullBackup,
  type ModelDisk,
  noiseDisk,
  putPoint,
  signal,
  smallLimits,
  testKeys,
} from "../test/fixtures.ts";
import { useTempFolder } from "../test/temp-folder.ts";
import { createFolderStore, createVault, MemoryChunkIndex, openVault, type Vault } from "./index.ts";
import { movedPrefix, packOfName, slotName } from "./names.ts";

const GIB = 1024 ** 3;

/** A file of any size that uses no room. */
async function sparse(path: string, bytes: number, tail = Buffer.alloc(0)): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await using file = await open(path, "w");
  await file.truncate(bytes);
  if (tail.length > 0) await file.write(tail, 0, tail.length, bytes - tail.length);
}

describe("a vault with objects larger than the format allows", () => {
  const inFolder = useTempFolder();
  let vault: Vault;
  let disk: ModelDisk;
  const root = () => inFolder("vault");
  const reopen = () => openVault({ store: createFolderStore(root()), keys: testKeys(), signal });
  const damage = (object: string) => ({ code: "VAULT_DATA_DAMAGED", params: { object } });

  beforeAll(async () => {
    const store = createFolderStore(root());
    vault = await createVault({ store, keys: testKeys(), limits: smallLimits(), clock, signal });
    disk = noiseDisk(4 * 1024 * 1024, 1024 * 1024);
    await putPoint(vault, "p", { disk, backup: await fullBackup(vault, disk) });
  });

  it("names a manifest of 3 GiB and reads the others", async () => {
    await sparse(join(root(), "points/x"), 3 * GIB);
    await expect(vault.getManifest("x", signal)).rejects.toMatchObject(damage("points/x"));
    expect(await vault.verifyPoint("p", { mode: "full", signal })).toMatchObject({ ok: true });
    const { problems } = await vault.verifyPoint("x", { mode: "quick", signal });
    expect(problems).toMatchObject([{ object: "points/x", code: "VAULT_DATA_DAMAGED" }]);
    await rm(join(root(), "points/x"));
  });

  it("names a pack of 3 GiB, and one whose trailer claims a huge table", async () => {
    const pack = "ab".repeat(16);
    const name = `packs/ab/${pack}`;
    const claims = Buffer.alloc(16);
    claims.writeUInt32BE(0xffff_ff00);
    claims.writeUInt32BE(0x7fff_ffff, 4);
    claims.write("KLUISPE1", 8, "latin1");
    for (const bytes of [3 * GIB, 40 * 1024 * 1024]) {
      await sparse(join(root(), name), bytes, claims);
      const rebuilt = await vault.rebuildIndex(new MemoryChunkIndex(), signal);
      expect(rebuilt.unread).toMatchObject([damage(name)]);
    }
    await rm(join(root(), name));
  });

  it("ignores moved tables of 3 GiB", async () => {
    const store = createFolderStore(root());
    const names = await Array.fromAsync(store.list("packs/", signal));
    const pack = packOfName(names[0]?.name ?? "")?.pack ?? "";
    await sparse(join(root(), movedPrefix(pack), "0123456789abcdef"), 3 * GIB);
    const path = join(root(), names[0]?.name ?? "");
    await truncate(path, 100);
    const { manifest } = await vault.getManifest("p", signal);
    const read = (await reopen()).openDisk(manifest.disks[0]?.root ?? null, disk.size).read(0, 10, signal);
    await expect(read).rejects.toMatchObject(damage(names[0]?.name ?? ""));
  });

  it("ignores a key slot of 3 GiB and names a descriptor of 3 GiB", async () => {
    await sparse(join(root(), slotName("ab".repeat(16))), 3 * GIB);
    expect((await reopen()).id).toBe(vault.id);
    await sparse(join(root(), "vault.json"), 3 * GIB);
    await expect(reopen()).rejects.toMatchObject(damage("vault.json"));
  });
});
