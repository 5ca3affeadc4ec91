import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { isKluisError } from "@kluis/domain/core";
import { describe, expect, it } from "vitest";
import { newVault, noiseDisk, reopen, signal, takePoint } from "../../test/fixtures.ts";
import { useTempFolder } from "../../test/temp-folder.ts";
import { storedVaultId } from "../settings.ts";
import { createFolderStore } from "./folder.ts";
import { knownStore, openKnown } from "./known-store.ts";

const MIB = 1024 * 1024;
const aPack = async (list: AsyncIterable<{ readonly name: string }>): Promise<string> =>
  (await Array.fromAsync(list))[0]?.name ?? "";

describe("a vault whose folder is not mounted any more", () => {
  const inRoot = useTempFolder();

  async function vaultIn(folder: string) {
    const store = createFolderStore(folder);
    const { vault } = await openKnown(store, "main", async (known) => (await newVault(known)).vault);
    const disk = noiseDisk(4 * MIB, 2 * MIB);
    const { root } = await takePoint(vault, "p", { disk });
    return { store, vault, disk, root };
  }

  it("is not damaged: every way to miss an object says that the vault is not there", async () => {
    const [folder, away] = [inRoot("mount"), inRoot("disk")];
    const { store, vault, disk, root } = await vaultIn(folder);
    const known = knownStore(store, { vaultId: vault.id, name: "main" });
    const other = await vaultIn(inRoot("other"));
    const attempts = async (): Promise<unknown[]> => {
      const fresh = vault.openDisk(root, disk.size);
      const tries = [
        fresh.read(0, MIB, signal),
        vault.getManifest("p", signal),
        vault.verifyPoint("p", { mode: "quick", signal }),
        vault.movedItems("00".repeat(16), signal),
        Array.fromAsync(vault.listManifests(signal)),
        known.head("points/p", signal),
        known.delete("packs/00/none", signal),
        known.put("points/q", [Buffer.from("q")], signal),
        known.put("packs/00/q", [Buffer.from("q")], signal),
        Array.fromAsync(known.list("packs/", signal)),
      ];
      return (await Promise.allSettled(tries)).map((one) => {
        if (one.status === "fulfilled" || !isKluisError(one.reason)) return one;
        const { code, reason } = one.reason;
        return { code, reason };
      });
    };
    await rename(folder, away);
    await mkdir(folder);
    const missing = await attempts();
    expect(missing).toEqual(missing.map(() => ({ code: "VAULT_UNUSABLE", reason: "missing" })));

    await rm(folder, { recursive: true });
    await cp(inRoot("other"), folder, { recursive: true });
    await rm(`${folder}/points`, { recursive: true });
    const foreign = await attempts();
    expect(foreign).toEqual(foreign.map(() => ({ code: "VAULT_UNUSABLE", reason: "foreign" })));
    expect((await other.vault.verifyPoint("p", { mode: "full", signal })).ok).toBe(true);

    await rm(folder, { recursive: true });
    await rename(away, folder);
    expect((await vault.verifyPoint("p", { mode: "full", signal })).ok).toBe(true);
    expect(await known.head("points/q", signal)).toBeNull();
  });

  it("is damaged when it is there and an object is missing", async () => {
    const { store, vault } = await vaultIn(inRoot("there"));
    await store.delete(await aPack(store.list("packs/", signal)), signal);
    const { problems } = await (await reopen(store)).verifyPoint("p", { mode: "full", signal });
    expect(problems).not.toEqual([]);
    const known = knownStore(store, { vaultId: vault.id, name: "main" });
    await expect(known.get("points/none", { signal })).rejects.toMatchObject({
      code: "VAULT_OBJECT_MISSING",
    });
    expect(await known.delete("points/none", signal)).toBe(false);
  });

  it("is unusable, and not damaged, while its descriptor cannot be read", async () => {
    const folder = inRoot("junk");
    const { store, vault } = await vaultIn(folder);
    const good = await readFile(`${folder}/vault.json`);
    const known = knownStore(store, { vaultId: vault.id, name: "main" });
    const settings = { kind: "folder", name: "main", folder, keyFile: "unused" } as const;
    const unreadable = { code: "VAULT_UNUSABLE", reason: "unreadable" };
    for (const junk of ["junk", "{}", JSON.stringify({ ...JSON.parse(good.toString()), vaultId: "x" })]) {
      await writeFile(`${folder}/vault.json`, junk);
      await expect(known.head("points/none", signal)).rejects.toMatchObject(unreadable);
      await expect(openKnown(store, "main", (one) => reopen(one))).rejects.toMatchObject(unreadable);
      await expect(storedVaultId(settings, signal)).rejects.toMatchObject(unreadable);
    }
    await writeFile(`${folder}/vault.json`, good);
    expect(await known.head("points/none", signal)).toBeNull();
    expect(await storedVaultId(settings, signal)).toBe(vault.id);
  });
});
