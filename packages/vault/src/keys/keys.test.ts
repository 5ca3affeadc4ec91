import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { clock, newVault, noise, signal, testKeys } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { useTempFolder } from "../../test/temp-folder.ts";
import { createVault, keyFileRecipient, openLocalKeyFile, openVault } from "../index.ts";
import { wrapFor } from "./provider.ts";

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
      params: {
        wanted: testKeys("a").recipient.keyId,
        found: testKeys("b").recipient.keyId,
      },
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

  it("rejects an unknown incompatible feature, before any key", async () => {
    const { store } = await newVault(new MemoryStore());
    edit(store, "vault.json", (json) => ({ ...json, features: { compatible: [], incompatible: ["x"] } }));
    await expect(open(store)).rejects.toMatchObject({
      code: "VAULT_VERSION_UNSUPPORTED",
    });
  });

  it("rejects an altered descriptor", async () => {
    const alterations: ((json: Record<string, unknown>) => Record<string, unknown>)[] = [
      (json) => ({ ...json, vaultId: "4a1c1f4e-7a3e-4b53-9c5b-0f8f5a5f0a11" }),
      (json) => ({ ...json, format: "other" }),
      (json) => ({ ...json, createdAt: "2026-01-01T00:00:00.000Z" }),
      (json) => ({ ...json, features: { compatible: ["x"], incompatible: [] } }),
      (json) => ({ ...json, note: "a".repeat(70_000) }),
    ];
    for (const change of alterations) {
      const { store } = await newVault(new MemoryStore());
      edit(store, "vault.json", change);
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
});

describe("a key file", () => {
  const inFolder = useTempFolder();

  it("is created once, for its owner only, by one of many callers", async () => {
    const path = inFolder("deep", "vault-key.json");
    const providers = await Promise.all(Array.from({ length: 6 }, () => openLocalKeyFile(path)));
    const ids = providers.map(({ recipient }) => recipient.keyId);
    expect(new Set(ids).size).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(ids[0]).toMatch(/^x25519:[0-9a-f]{16}$/);
    expect(await readFile(path, "utf8")).not.toContain(ids[0]?.slice(7));
  });

  it("opens what others wrap for its public half; rejects another key, context and altered bytes", async () => {
    const provider = await openLocalKeyFile(inFolder("one.json"));
    const other = await openLocalKeyFile(inFolder("two.json"));
    const root = noise(32, 1);
    const context = Buffer.from("vault/slot");
    const wrapped = wrapFor(provider.recipient, root, context);
    const use = { keyId: provider.recipient.keyId, context, signal };
    expect(Buffer.from(await provider.unwrap(wrapped, use)).equals(root)).toBe(true);
    await expect(other.unwrap(wrapped, use)).rejects.toThrow(/authenticate/i);
    await expect(provider.unwrap(wrapped, { ...use, context: Buffer.from("other") })).rejects.toThrow(
      /authenticate/i,
    );
    const bytes = Buffer.from(wrapped.data, "base64");
    for (let at = 0; at < bytes.length; at += 7) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const data = altered.toString("base64");
      await expect(provider.unwrap({ ...wrapped, data }, use)).rejects.toThrow(/authenticate/i);
    }
  });

  it("is added by a public half only that its owner alone can open", async () => {
    const { recipient } = await openLocalKeyFile(inFolder("public.json"));
    expect(keyFileRecipient(recipient.publicKey ?? "")).toEqual(recipient);
    // Points of low order: 0, 1, p − 1, p, and the two of order 8 (RFC 7748, section 6.1).
    const low = [
      "00".repeat(32),
      `01${"00".repeat(31)}`,
      `ec${"ff".repeat(30)}7f`,
      `ed${"ff".repeat(30)}7f`,
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    for (const hex of [...low, "ab".repeat(31)]) {
      const add = () => keyFileRecipient(Buffer.from(hex, "hex").toString("base64"));
      expect(add).toThrowError(expect.objectContaining({ code: "INPUT_INVALID", reason: "public-key" }));
    }
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
