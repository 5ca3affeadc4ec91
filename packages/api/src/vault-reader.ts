/** The API's view of the vault: opened on first use, to read only. */
import {
  type BlobStore,
  openVault,
  openVaultKey,
  openVaultStore,
  type Vault,
  type VaultSettings,
} from "@kluis/vault";

export interface VaultReader {
  /**
   * The vault, opened at the first call and kept. After a failure the next call tries again.
   * @throws KluisError VAULT_UNREACHABLE, VAULT_NOT_INITIALISED, VAULT_KEY_WRONG, CONFIG_INVALID
   */
  open(): Promise<Vault>;
  /**
   * The vault's objects, for those that are not encrypted: the anchors of the ledger. Needs no key.
   * @throws KluisError VAULT_UNREACHABLE
   */
  openStore(): Promise<BlobStore>;
}

export function createVaultReader(settings: VaultSettings): VaultReader {
  let opening: Promise<Vault> | undefined;
  let store: Promise<BlobStore> | undefined;
  return {
    open: () => {
      opening ??= openConfiguredVault(settings).catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    openStore: () => {
      store ??= openVaultStore(settings, AbortSignal.timeout(openTimeoutMs)).catch((error: unknown) => {
        store = undefined;
        throw error;
      });
      return store;
    },
  };
}

/** A store that does not answer must not block every download indefinitely. */
const openTimeoutMs = 30_000;

async function openConfiguredVault(settings: VaultSettings): Promise<Vault> {
  const signal = AbortSignal.timeout(openTimeoutMs);
  const keys = await openVaultKey(settings, { create: false });
  return openVault({ store: await openVaultStore(settings, signal), keys, signal });
}
