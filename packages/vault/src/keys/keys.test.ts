import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  clock,
  fullBackup,
  holds,
  newVault,
  noise,
  noiseDisk,
  signal,
  testKeys,
} from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { useTempFolder } from "../../test/temp-folder.ts";
import { createVault, openLocalKeyFile, openVault } from "../index.ts";

function edit(
  store: MemoryStore,
  name: string,
  change: (json: Record<string, unknown>) => Record<string, unknown>,
): void {
  const json = JSON.parse((store.objects.get(name) ?? Buffer.from("{}")).toString("utf8")) as Record<
    string,
    unknown
  >;
  store.objects.set(name, Buffer.from(JSON.stringify(change(json))));
}

describe("opening a vault", () => {
  const open = (store: MemoryStore, key = "a") => openVault({ store, keys: testKeys(key), signal });

  it("is VAULT_NOT_INITIALISED when there is no vault", async () => {
    await expect(open(new MemoryStore())).rejects.toMatchObject({ code: "VAULT_NOT_INITIALISED" });
  });

  it("is VAULT_ALREADY_EXISTS when there is a vault", async () => {
    const { store } = await newVault(new MemoryStore());
    const again = createVault({ store, keys: testKeys(), clock, signal });
    await expect(again).rejects.toMatchObject({ code: "VAULT_ALREADY_EXISTS" });
  });

  it("rejects the key of another vault", async () => {
    const { store } = await newVault(new MemoryStore());
    await expect(open(store, "b")).rejects.toMatchObject({
      code: "VAULT_KEY_WRONG",
      params: { wanted: "test:a", found: "test:b" },
    });
  });

  it("rejects an unknown format version", async () => {
    const { store } = await newVault(new MemoryStore());
    edit(store, "vault.json", (json) => ({ ...json, version: 2, somethingNew: true }));
    await expect(open(store)).rejects.toMatchObject({
      code: "VAULT_VERSION_UNSUPPORTED",
      params: { version: 2 },
    });
  });

  it("rejects an unknown feature that changes how the vault is read", async () => {
    const { store } = await newVault(new MemoryStore());
    edit(store, "vault.json", (json) => ({ ...json, features: { compatible: [], incompatible: ["braid"] } }));
    await expect(open(store)).rejects.toMatchObject({ code: "VAULT_VERSION_UNSUPPORTED" });
  });

  it("rejects an altered descriptor or key file", async () => {
    const alterations: [string, (json: Record<string, unknown>) => Record<string, unknown>][] = [
      ["vault.json", (json) => ({ ...json, vaultId: "4a1c1f4e-7a3e-4b53-9c5b-0f8f5a5f0a11" })],
      ["vault.json", (json) => ({ ...json, format: "other" })],
      ["vault.json", (json) => ({ ...json, createdAt: "2020-01-01T00:00:00.000Z" })],
      ["vault.json", (json) => ({ ...json, features: { compatible: ["more"], incompatible: [] } })],
      ["keys/00000001.json", (json) => ({ ...json, keyring: "AAAA" })],
      ["keys/00000001.json", (json) => ({ ...json, generation: 2 })],
      ["keys/00000001.json", () => ({})],
    ];
    for (const [name, change] of alterations) {
      const { store } = await newVault(new MemoryStore());
      edit(store, name, change);
      await expect(open(store)).rejects.toMatchObject({ code: "VAULT_DATA_DAMAGED" });
    }
  });

  it("continues a creation that was killed between key file and descriptor", async () => {
    const { store } = await newVault(new MemoryStore());
    store.objects.delete("vault.json");
    const other = createVault({ store, keys: testKeys("b"), clock, signal });
    await expect(other).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
    const { id } = await createVault({ store, keys: testKeys(), clock, signal });
    expect((await open(store)).id).toBe(id);
  });

  it("opens with the new key only after rewrap, with all data", async () => {
    const { vault, store } = await newVault(new MemoryStore());
    const disk = noiseDisk(1024 * 1024, 300_000);
    const { root } = await fullBackup(vault, disk);
    await vault.rewrap(testKeys("b"), signal);
    await expect(open(store)).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
    const again = await open(store, "b");
    expect(await holds(again, root, disk)).toBe(true);
    expect(store.names("keys/")).toEqual(["keys/00000002.json"]);
    expect(again.keyId).toBe("test:b");
  });
});

describe("a key file", () => {
  const inFolder = useTempFolder();

  it("is created once, for its owner only, by one of many callers", async () => {
    const path = inFolder("deep", "vault-key.json");
    const providers = await Promise.all(Array.from({ length: 6 }, () => openLocalKeyFile(path)));
    const ids = await Promise.all(providers.map((provider) => provider.keyId()));
    expect(new Set(ids).size).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(ids[0]).toMatch(/^local:[0-9a-f]{16}$/);
    expect(await readFile(path, "utf8")).not.toContain(ids[0]?.slice(6));
  });

  it("wraps and unwraps; rejects another key and altered bytes", async () => {
    const provider = await openLocalKeyFile(inFolder("one.json"));
    const other = await openLocalKeyFile(inFolder("two.json"));
    const dataKey = noise(32, 1);
    const wrapped = await provider.wrap(dataKey);
    expect(Buffer.from(await provider.unwrap(wrapped)).equals(dataKey)).toBe(true);
    await expect(other.unwrap(wrapped)).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
    const altered = `A${wrapped.data.slice(1)}`;
    const data = altered === wrapped.data ? `B${wrapped.data.slice(1)}` : altered;
    await expect(provider.unwrap({ ...wrapped, data })).rejects.toThrow(/authenticate/i);
  });

  it("is never replaced when it is damaged", async () => {
    const path = inFolder("damaged.json");
    await writeFile(path, "not a key");
    await expect(openLocalKeyFile(path)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      params: { file: path },
    });
    expect(await readFile(path, "utf8")).toBe("not a key");
    await chmod(path, 0o600);
  });
});
