/**
 * The API's view of the vaults: opened on first use, and opened again when a row changes. It uses the credential of the reader where
 * there is one, and its stores refuse to write and to delete.
 */
import {
  listVaults,
  readKeyCopies,
  readKeyVaultKeys,
  readSealedVaultSecrets,
  requireVault,
  type SecretBox,
  type Tx,
  type VaultRow,
} from "@kluis/db";
import { KluisError } from "@kluis/domain";
import {
  type BlobStore,
  type KeyProvider,
  type KeyVaultClient,
  openKnown,
  openVault,
  openVaultKey,
  openVaultStore,
  readOnlyStore,
  readVaultCredentials,
  type Vault,
  type VaultSettings,
} from "@kluis/vault";

export interface VaultReader {
  /**
   * A vault by the id of its row, disabled ones too. After a failure the next call tries again.
   * @throws KluisError NOT_FOUND, VAULT_UNUSABLE, VAULT_UNREACHABLE, VAULT_NOT_INITIALISED, VAULT_KEY_WRONG, CONFIG_INVALID
   */
  open(tx: Tx, vaultId: string): Promise<Vault>;
  /** Where a vault is, and the key that Kluis holds: to list and prove its keys. Throws as `open`. */
  keyPlace(tx: Tx, vaultId: string): Promise<{ readonly store: BlobStore; readonly keys: KeyProvider }>;
  /**
   * The storage of each vault, for objects that are not encrypted: the anchors of the ledger. Needs no key. Each `open` throws
   * as above.
   */
  stores(tx: Tx): Promise<readonly { readonly row: VaultRow; readonly open: () => Promise<BlobStore> }[]>;
}

export interface VaultReaderOptions {
  /** The vault of the environment. */
  readonly environment: VaultSettings;
  readonly secrets: SecretBox;
  /** Opens vaults with keys in Azure Key Vault, as the identity of this process. */
  readonly keyVault: KeyVaultClient;
}

/** A store that does not answer must not block every download indefinitely. */
const openTimeoutMs = 30_000;

export function createVaultReader({ environment, secrets, keyVault }: VaultReaderOptions): VaultReader {
  const vaults = new Kept<Vault>();
  const stores = new Kept<BlobStore>();
  const settingsOf = (row: VaultRow, sealed: Uint8Array | null): VaultSettings => {
    const { id, name, kind, folder, container } = row;
    const { keyFile } = environment;
    if (row.source === "environment") {
      // The portal has its own connection of the environment: the reader's. It deletes nothing, so it needs no collector.
      if (environment.name === name)
        return environment.kind === "folder" ? environment : { ...environment, collector: undefined };
      throw unusable("environment", name, "The environment of the portal does not describe vault");
    }
    if (kind === "folder") return { kind, name, keyFile, folder: folder ?? "" };
    const text = sealed === null ? null : secrets.open(sealed, `vault:${id}`);
    const credentials = text === null ? null : readVaultCredentials(text);
    if (credentials === null)
      throw unusable("secret", name, "The portal cannot decrypt the stored credential of vault");
    const connectionString = credentials.reader ?? credentials.writer;
    return { kind, name, keyFile, connectionString, container: container ?? "" };
  };
  const openKeys = async (tx: Tx, settings: VaultSettings, vaultId: string): Promise<KeyProvider> =>
    openVaultKey(settings, {
      create: false,
      keyVault: { client: keyVault, keyIds: await readKeyVaultKeys(tx, vaultId) },
    });
  // A reader makes no container: the identity may not, and a missing one has an engine's error.
  const openStore = async (settings: VaultSettings): Promise<BlobStore> =>
    readOnlyStore(
      await openVaultStore(settings, AbortSignal.timeout(openTimeoutMs), { createContainer: false }),
    );
  return {
    open: async (tx, vaultId) => {
      const row = await requireVault(tx, vaultId);
      const settings = settingsOf(row, (await readSealedVaultSecrets(tx)).get(row.id) ?? null);
      // A new root key has new secrets for what others write.
      const fingerprint = JSON.stringify([settings, row.keyGeneration]);
      return vaults.get(row.id, fingerprint, async () => {
        const signal = AbortSignal.timeout(openTimeoutMs);
        const keys = await openKeys(tx, settings, row.id);
        const slotCopies = await readKeyCopies(tx, row.id);
        const open = (store: BlobStore) => openVault({ store, keys, signal, slotCopies });
        return (await openKnown(await openStore(settings), row.name, open)).vault;
      });
    },
    keyPlace: async (tx, vaultId) => {
      const row = await requireVault(tx, vaultId);
      const settings = settingsOf(row, (await readSealedVaultSecrets(tx)).get(row.id) ?? null);
      const keys = await openKeys(tx, settings, row.id);
      return { store: await openStore(settings), keys };
    },
    stores: async (tx) => {
      const sealed = await readSealedVaultSecrets(tx);
      const used = (await listVaults(tx)).filter(({ identity }) => identity !== null);
      return used.map((row) => ({
        row,
        open: async () => {
          const settings = settingsOf(row, sealed.get(row.id) ?? null);
          return stores.get(row.id, JSON.stringify(settings), () => openStore(settings));
        },
      }));
    },
  };
}

/** Opened parts by id, each with the settings that it was opened with. */
class Kept<T> {
  readonly #opened = new Map<string, { readonly fingerprint: string; readonly opening: Promise<T> }>();

  get(id: string, fingerprint: string, open: () => Promise<T>): Promise<T> {
    const known = this.#opened.get(id);
    if (known?.fingerprint === fingerprint) return known.opening;
    const opening = open();
    this.#opened.set(id, { fingerprint, opening });
    opening.catch(() => {
      if (this.#opened.get(id)?.opening === opening) this.#opened.delete(id);
    });
    return opening;
  }
}

function unusable(reason: "environment" | "secret", vault: string, text: string): KluisError {
  return new KluisError("VAULT_UNUSABLE", {
    reason,
    message: `${text} ${vault}.`,
    action: "Ask the operator to compare the settings of engine and portal.",
    params: { vault },
  });
}
