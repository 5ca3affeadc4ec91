import { generateKeyPairSync, privateDecrypt } from "node:crypto";
import { KluisError } from "@kluis/domain";
import { expect, test } from "vitest";
import { clock, newVault, signal, testKeys } from "../../test/fixtures.ts";
import { MemoryStore } from "../../test/memory-store.ts";
import { openVault } from "../index.ts";
import type { BlobStore } from "../store/port.ts";
import {
  addSlot,
  type KeyFacts,
  type KeyPlace,
  listSlots,
  proveSlot,
  removeSlot,
  rotateKeys,
} from "./key-slots.ts";
import { joinKeys, type KeyVaultClient, KeyVaultKey, keyVaultRecipient } from "./key-vault.ts";
import type { KeyProvider } from "./provider.ts";

const address = "https://kluis-keys.vault.azure.net/keys/kluis";

/** A Key Vault in memory that counts requests, and can be out of reach. */
function fakeKeyVault() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const keyId = `${address}/${"0".repeat(32)}`;
  const state = { isOut: false, unwraps: 0 };
  const client: KeyVaultClient = {
    publicKey: async () => ({ keyId, publicKey: spki }),
    unwrap: async (_keyId, wrapped) => {
      state.unwraps += 1;
      if (state.isOut) throw new KluisError("KEY_VAULT_UNUSABLE", { reason: "throttled", message: "out" });
      try {
        return privateDecrypt({ key: privateKey, oaepHash: "sha256" }, wrapped);
      } catch {
        throw new RangeError("not wrapped for it");
      }
    },
  };
  return { client, state };
}

const placeOf = (store: BlobStore, keys: KeyProvider): KeyPlace => ({ store, keys, clock, signal });

const usedKinds = (keys: readonly KeyFacts[]) => keys.filter(({ isUsed }) => isUsed).map(({ kind }) => kind);

async function vaultWithKeyVault() {
  const { store } = await newVault(new MemoryStore());
  const { client, state } = fakeKeyVault();
  const recipient = await keyVaultRecipient(client, address, signal);
  await addSlot(placeOf(store, testKeys()), { recipient, label: "Key Vault" });
  const remote = new KeyVaultKey(client, { keyId: address });
  return { store, client, state, remote, both: joinKeys([testKeys(), remote]) };
}

test("Key Vault alone opens the vault, rotates it, and opens it again", async () => {
  const { store, remote, state } = await vaultWithKeyVault();
  expect(state.unwraps).toBe(0);
  await openVault({ store, keys: remote, signal });
  expect(state.unwraps).toBe(1);
  const { keys } = await rotateKeys(placeOf(store, remote));
  expect(keys.map(({ state: slot }) => slot)).toEqual(["present", "present"]);
  expect(usedKinds(keys)).toEqual(["key-vault"]);
  expect(await proveSlot(placeOf(store, remote))).toMatchObject({ kind: "key-vault", isOwn: true });
  expect((await listSlots(placeOf(store, testKeys()))).epochs).toBe(2);
});

test("a process with a key file opens the vault without a request, and rotation wraps for Key Vault again", async () => {
  const { store, both, state, remote } = await vaultWithKeyVault();
  state.isOut = true;
  const { keys, ignored } = await listSlots(placeOf(store, both));
  expect(keys.every(({ isOwn }) => isOwn)).toBe(true);
  expect(usedKinds(keys)).toEqual(["file"]);
  expect([state.unwraps, ignored]).toEqual([0, 0]);
  await rotateKeys(placeOf(store, both));
  expect(state.unwraps).toBe(0);
  await expect(openVault({ store, keys: remote, signal })).rejects.toMatchObject({ reason: "throttled" });
  state.isOut = false;
  await openVault({ store, keys: remote, signal });
});

test("a key of Key Vault can be removed while another key of this process opens the vault", async () => {
  const { store, both, remote } = await vaultWithKeyVault();
  const { keys } = await listSlots(placeOf(store, both));
  const holder = keys.find(({ kind }) => kind === "key-vault")?.holder ?? "";
  await expect(removeSlot(placeOf(store, remote), holder)).rejects.toMatchObject({ reason: "key-in-use" });
  await removeSlot(placeOf(store, both), holder);
  await expect(openVault({ store, keys: remote, signal })).rejects.toMatchObject({ code: "VAULT_KEY_WRONG" });
});

test("a slot that names another key vault gets no request", () => {
  const { client } = fakeKeyVault();
  const key = new KeyVaultKey(client, { keyId: address });
  const opens = (keyId: string) => key.opens({ kind: "key-vault", keyId });
  expect(opens(`${address}/${"a".repeat(32)}`)).toBe(true);
  expect(opens("https://other.vault.azure.net/keys/kluis")).toBe(false);
  expect(opens("https://kluis-keys.vault.azure.net.example.com/keys/kluis")).toBe(false);
  expect(key.opens({ kind: "file", keyId: address })).toBe(false);
});
