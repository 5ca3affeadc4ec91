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
   * The vault, opened at the first call and kept; a failed opening is tried again by the next call.
   * @throws KluisError VAULT_UNREACHABLE, VAULT_NOT_INITIALISED, VAULT_KEY_WRONG, CONFIG_INVALID
   */
  open(): Promise<Vault>;
  /**
   * Where the vault's objects lie, for what is not encrypted: the ledger's anchors. No key is needed.
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

/** Bounds the opening: a store that does not answer must not hold every download for ever. */
const openTimeoutMs = 30_000;

async function openConfiguredVault(settings: VaultSettings): Promise<Vault> {
  const signal = AbortSignal.timeout(openTimeoutMs);
  const keys = await openVaultKey(settings, { create: false });
  return openVault({ store: await openVaultStore(settings, signal), keys, signal });
}
