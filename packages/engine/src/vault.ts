/** Opens the vault of the settings, and creates it at the first start. */
import {
  appendEvents,
  chunkIndex,
  type DatabaseChunkIndex,
  type Db,
  ensureVault,
  inTransaction,
} from "@kluis/db";
import { type Clock, engineActor, isKluisError, KluisError } from "@kluis/domain";
import {
  type ChunkIndex,
  createTransferLimits,
  createVault,
  openVault,
  openVaultKey,
  openVaultStore,
  type Vault,
  type VaultOptions,
  type VaultSettings,
} from "@kluis/vault";
import type { OpenedVault } from "./deps.ts";

const MIB = 1024 * 1024;
/**
 * The memory budget of all segments in this process. Measured with a backup of a 64 GiB disk with 2 GiB of random data to
 * Azurite: at most 341 MiB of resident memory. With 24 MiB, 16 MiB and 8 reads: 431 MiB, and not faster.
 */
const MEMORY = { inFlightBytes: 16 * MIB, packBytes: 8 * MIB, reads: 6 } as const;

export interface OpenVaultOptions {
  readonly config: VaultSettings;
  readonly db: Db;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Opens the vault, or creates it when its store is empty, and records it in the database.
 * @throws KluisError VAULT_UNREACHABLE, VAULT_KEY_WRONG, VAULT_VERSION_UNSUPPORTED; CONFLICT when the database has another vault
 */
export async function openEngineVault({ config, db, clock, signal }: OpenVaultOptions): Promise<OpenedVault> {
  const store = await openVaultStore(config, signal);
  const keys = await openVaultKey(config, { create: true });
  const limits = createTransferLimits(MEMORY);
  const index = new LateIndex();
  const vault = await openOrCreate({ store, keys, index, limits, clock, signal });
  index.bind(chunkIndex(db, { vaultId: vault.id }));
  const row = {
    id: vault.id,
    name: config.name,
    kind: config.kind,
    address: store.description,
    keyId: vault.keyId,
    createdAt: new Date(vault.createdAt),
  };
  await inTransaction(db, async (tx) => {
    if (!(await ensureVault(tx, row))) return;
    const { id, name, kind, address, keyId } = row;
    await appendEvents(tx, clock, [
      {
        kind: "vault.created",
        actor: engineActor,
        target: { type: "vault", id, name },
        data: { kind, address, keyId },
      },
    ]);
  });
  return { id: vault.id, name: config.name, store, vault, limits };
}

/** Two engines may create the vault at the same time: the second one opens the vault of the first. */
async function openOrCreate(options: VaultOptions & { clock: Clock; signal: AbortSignal }): Promise<Vault> {
  try {
    return await openVault(options);
  } catch (error) {
    if (!isKluisError(error, "VAULT_NOT_INITIALISED")) throw error;
  }
  try {
    return await createVault(options);
  } catch (error) {
    if (!isKluisError(error, "VAULT_ALREADY_EXISTS")) throw error;
    return openVault(options);
  }
}

/** The database index needs the id of the vault, which is known only after the vault is open. */
class LateIndex implements ChunkIndex {
  #index: DatabaseChunkIndex | null = null;

  bind(index: DatabaseChunkIndex): void {
    this.#index = index;
  }

  lookup(ids: readonly string[]): ReturnType<ChunkIndex["lookup"]> {
    return this.#bound().lookup(ids);
  }

  add(...added: Parameters<ChunkIndex["add"]>): Promise<void> {
    return this.#bound().add(...added);
  }

  removePacks(packs: readonly string[]): Promise<void> {
    return this.#bound().removePacks(packs);
  }

  #bound(): DatabaseChunkIndex {
    if (this.#index !== null) return this.#index;
    throw new KluisError("INTERNAL", {
      message: "The index of the vault was used before the vault was open.",
    });
  }
}
