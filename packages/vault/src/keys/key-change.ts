/** Makes a change of keys that a user requested. Repeated, it makes it once. */
import type { KeyChange } from "@kluis/domain";
import {
  addSlot,
  type KeyPlace,
  type KeySlots,
  listSlots,
  proveSlot,
  removeSlot,
  rotateKeys,
} from "./key-slots.ts";
import { type KeyVaultClient, KeyVaultKey, keyVaultRecipient } from "./key-vault.ts";

/** The vault after the change, and facts for the ledger. */
export type KeyChangeMade = {
  readonly slots: KeySlots;
  /** The key that was added or removed. */
  readonly key: { readonly kind: string; readonly keyId: string; readonly label: string } | null;
  /** The holder whose key opened the vault just now, as a proof. */
  readonly proven?: string;
};

/**
 * @throws KluisError CONFLICT, NOT_FOUND, KEY_VAULT_UNUSABLE, and those of opening the vault. A key of Key Vault that does not open
 * the vault is removed again.
 */
export async function makeKeyChange(
  place: KeyPlace,
  change: KeyChange,
  keyVault: KeyVaultClient,
): Promise<KeyChangeMade> {
  switch (change.kind) {
    case "add": {
      const { recipient, label, holder } = change;
      return { slots: await addSlot(place, { recipient, label, holder }), key: { ...recipient, label } };
    }
    case "add-key-vault":
      return addKeyVault(place, change, keyVault);
    case "remove": {
      const { holder } = change;
      const known = (await listSlots(place)).keys.find((one) => one.holder === holder);
      const key = known === undefined ? null : { kind: known.kind, keyId: known.keyId, label: known.label };
      return { slots: await removeSlot(place, holder), key };
    }
    case "rotate":
      return { slots: await rotateKeys(place, change.from ?? undefined), key: null };
  }
}

async function addKeyVault(
  place: KeyPlace,
  { holder, label, address }: Extract<KeyChange, { kind: "add-key-vault" }>,
  client: KeyVaultClient,
): Promise<KeyChangeMade> {
  const recipient = await keyVaultRecipient(client, address, place.signal);
  const slots = await addSlot(place, { recipient, label, holder });
  try {
    await proveSlot({ ...place, keys: new KeyVaultKey(client, recipient) });
  } catch (error) {
    // A key that cannot unwrap would only look like one.
    await removeSlot(place, holder);
    throw error;
  }
  return { slots, key: { ...recipient, label }, proven: holder };
}
