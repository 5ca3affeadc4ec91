/** A key in Azure Key Vault opens slots; its public half wraps, without a request. */
import { isSameKeyVaultKey } from "@kluis/domain/core";
import { type KeyProvider, type KeyRecipient, RSA_ALGORITHM, type WrappedKey } from "./provider.ts";

/** Requests to Key Vault, with the identity of this process. */
export interface KeyVaultClient {
  /** The public half of a key, as base64 of its SubjectPublicKeyInfo, and the address with its version. */
  publicKey(
    address: string,
    signal: AbortSignal,
  ): Promise<{ readonly keyId: string; readonly publicKey: string }>;
  /** @throws RangeError for bytes that the key did not wrap; KluisError KEY_VAULT_UNUSABLE */
  unwrap(keyId: string, wrapped: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

/** Reads the public half: enough to add the key to a vault. @throws KluisError KEY_VAULT_UNUSABLE */
export async function keyVaultRecipient(
  client: KeyVaultClient,
  address: string,
  signal: AbortSignal,
): Promise<KeyRecipient> {
  return { kind: "key-vault", ...(await client.publicKey(address, signal)) };
}

/**
 * A provider that opens the slots of one key in any version, and of no other: an object in the store must not choose where
 * requests with the token of this process go.
 */
export class KeyVaultKey implements KeyProvider {
  readonly recipient: KeyRecipient;
  readonly #client: KeyVaultClient;

  /** @param recipient its public half may be empty where nothing is wrapped for it: to open, the address is enough */
  constructor(client: KeyVaultClient, recipient: Pick<KeyRecipient, "keyId"> & Partial<KeyRecipient>) {
    this.#client = client;
    this.recipient = { publicKey: "", ...recipient, kind: "key-vault" };
  }

  opens({ kind, keyId }: Pick<KeyRecipient, "kind" | "keyId">): boolean {
    return kind === "key-vault" && isSameKeyVaultKey(keyId, this.recipient.keyId);
  }

  unwrap(
    wrapped: WrappedKey,
    { keyId, signal }: { readonly keyId: string; readonly signal: AbortSignal },
  ): Promise<Uint8Array> {
    if (wrapped.algorithm !== RSA_ALGORITHM) throw new RangeError("wrapped with another algorithm");
    return this.#client.unwrap(keyId, Buffer.from(wrapped.data, "base64"), signal);
  }
}

/** A client whose program is loaded with the first request: most vaults open without one. */
export function lazyKeyVault(load: () => Promise<KeyVaultClient>): KeyVaultClient {
  return {
    publicKey: async (address, signal) => (await load()).publicKey(address, signal),
    unwrap: async (keyId, wrapped, signal) => (await load()).unwrap(keyId, wrapped, signal),
  };
}

/** Several keys of one process as one: any of them opens. The first one is the key of vaults that it makes. */
export function joinKeys([first, ...others]: readonly [KeyProvider, ...KeyProvider[]]): KeyProvider {
  if (others.length === 0) return first;
  const all = [first, ...others];
  return {
    recipient: first.recipient,
    opens: (slot) => all.some((key) => key.opens(slot)),
    async unwrap(wrapped, use) {
      const kind = wrapped.algorithm === RSA_ALGORITHM ? "key-vault" : "file";
      const key = all.find((one) => one.opens({ kind, keyId: use.keyId }));
      if (key === undefined) throw new RangeError("no key is for this slot");
      return key.unwrap(wrapped, use);
    },
  };
}
