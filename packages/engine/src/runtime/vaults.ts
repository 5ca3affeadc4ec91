/** The vaults of this process, opened from their rows on first use and kept until the row changes. */
import {
  chunkIndex,
  countEngines,
  type Db,
  listVaults,
  readConfigVersion,
  readKeyCopies,
  readKeyVaultKeys,
  readSealedVaultSecrets,
  recordVaultIdentity,
  type SecretBox,
  type VaultRow,
} from "@kluis/db";
import { type Clock, isKluisError, KluisError, type TimedClock } from "@kluis/domain";
import {
  type BlobStore,
  type ChunkIndex,
  createRate,
  createTransferLimits,
  createVault,
  joinRates,
  type KeyProvider,
  type KeyVaultClient,
  openKnown,
  openVault,
  openVaultKey,
  openVaultStore,
  type Rate,
  readVaultCredentials,
  type StoreLimits,
  storedVaultId,
  type TransferLimits,
  type Vault,
  type VaultSettings,
  type VaultWorkers,
} from "@kluis/vault";
import { processWorkers } from "@kluis/vault/workers";
import { recordKeys } from "./vault-keys.ts";
import { isAsOpened, slotNames } from "./vault-slots.ts";

const MIB = 1024 * 1024;
/**
 * The memory budget of all segments in this process, over all vaults. Measured with a backup of a 64 GiB disk with 2 GiB of
 * random data to Azurite: at most 341 MiB of resident memory. With 24 MiB, 16 MiB and 8 reads: 431 MiB, and not faster.
 */
const MEMORY = { inFlightBytes: 16 * MIB, packBytes: 8 * MIB, reads: 6 } as const;
/** A storage that does not answer must not block every task that opens a vault. */
const OPEN_LIMIT_MS = 30_000;
/** An engine that starts or ends changes the share of the others within this time and the next part of a transfer. */
const COUNT_ENGINES_MS = 10_000;

export interface OpenedVault {
  /** Id of its row in the database. */
  readonly id: string;
  readonly name: string;
  readonly store: BlobStore;
  readonly vault: Vault;
  /** Names of the objects below `keys/` before it was opened. */
  readonly slots: string;
  /** The memory budget that all transfers of this process share. */
  readonly limits: TransferLimits;
}

export interface VaultsOptions {
  readonly db: Db;
  readonly clock: TimedClock;
  readonly secrets: SecretBox;
  /** File with the key-encryption key of all vaults of the installation. */
  readonly keyFile: string;
  /** Opens vaults with keys in Azure Key Vault, as the identity of this process. */
  readonly keyVault: KeyVaultClient;
  /** Reads the environment's vault again, with the file that it names. */
  readonly readEnvironment: () => VaultSettings;
  /** Limits of requests to a storage. For tests. */
  readonly storeLimits?: StoreLimits | undefined;
  /** MiB per second that this process may store in all vaults together; null: no limit. */
  readonly bandwidth?: number | null;
}

interface Entry {
  readonly fingerprint: string;
  readonly opening: Promise<OpenedVault>;
}

export class Vaults {
  readonly #options: VaultsOptions;
  readonly #limits: TransferLimits;
  readonly #copyRates = new Map<string, Rate>();
  readonly #open = new Map<string, Entry>();
  #rows = new Map<string, { readonly row: VaultRow; readonly sealed: Uint8Array | null }>();
  #version: number | null = null;
  /** Engines that share the limits of bandwidth, and when they were counted. */
  #engines = { count: 1, atMs: Number.NEGATIVE_INFINITY };
  #loading: Promise<void> | null = null;

  constructor(options: VaultsOptions) {
    this.#options = options;
    const { bandwidth = null } = options;
    const rate = this.#rateOf(() => (bandwidth === null ? null : bandwidth * MIB));
    this.#limits = { ...createTransferLimits(MEMORY), rate };
  }

  /** Loads the rows again when one changed. Concurrent callers share a load, but not one that began before they called. */
  async refresh(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    this.#loading ??= this.#refreshOnce().finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  /** All vaults, the oldest first. */
  list(): readonly VaultRow[] {
    return [...this.#rows.values()].map(({ row }) => row);
  }

  /**
   * Opens a vault, or creates it when its storage is empty. Disabled ones too: restores and running jobs need them.
   * @throws KluisError VAULT_UNUSABLE, VAULT_UNREACHABLE, VAULT_KEY_WRONG, VAULT_VERSION_UNSUPPORTED, NOT_FOUND; CONFLICT when the
   * storage holds another vault than before
   */
  async open(id: string): Promise<OpenedVault> {
    await this.refresh();
    const settings = this.settingsOf(id);
    // A new root key has new secrets for what others write.
    // One that was just created is opened again, so that nothing is ever created in its place.
    const { keyGeneration, identity } = this.row(id);
    const fingerprint = JSON.stringify([settings, keyGeneration, identity]);
    const known = this.#open.get(id);
    if (known?.fingerprint === fingerprint) return known.opening;
    const opening = this.#openNow(id, settings);
    this.#open.set(id, { fingerprint, opening });
    opening.catch(() => {
      if (this.#open.get(id)?.opening === opening) this.#open.delete(id);
    });
    return opening;
  }

  /**
   * Looks at the place of a vault without opening it, and forgets the open one when another vault is there, or none, or when its key
   * slots changed: another process may have rotated its keys.
   * @returns the id of the vault in the storage; null when there is none
   * @throws KluisError VAULT_UNREACHABLE, VAULT_UNUSABLE and what else a storage answers
   */
  async look(id: string, signal: AbortSignal): Promise<string | null> {
    await this.refresh();
    const stored = await storedVaultId(this.settingsOf(id), signal, this.#options.storeLimits);
    const known = this.#open.get(id);
    if (known === undefined) return stored;
    const isSame = await isAsOpened(await known.opening, { stored, signal });
    if (!isSame && this.#open.get(id) === known) this.#open.delete(id);
    return stored;
  }

  /** The default vault. @throws KluisError VAULT_UNUSABLE when there is none */
  async openDefault(): Promise<OpenedVault> {
    await this.refresh();
    const row = this.list().find(({ isDefault }) => isDefault);
    if (row !== undefined) return this.open(row.id);
    throw new KluisError("VAULT_UNUSABLE", {
      reason: "no-default",
      message: "No vault is the default, so new backups have no place.",
      action: "Ask an owner to make a vault the default under Settings.",
    });
  }

  /**
   * How a vault's storage is reached.
   * @throws KluisError VAULT_UNUSABLE when its credential cannot be read, NOT_FOUND
   */
  settingsOf(id: string): VaultSettings {
    const { keyFile, secrets } = this.#options;
    const { row, sealed } = this.#require(id);
    const { name, kind, folder, container } = row;
    if (row.source === "environment") return this.#fromEnvironment(row);
    if (kind === "folder") return { kind, name, keyFile, folder: folder ?? "" };
    const text = sealed === null ? null : secrets.open(sealed, `vault:${id}`);
    const credentials = text === null ? null : readVaultCredentials(text);
    if (credentials !== null) {
      const { writer: connectionString, collector } = credentials;
      return { kind, name, keyFile, connectionString, collector, container: container ?? "" };
    }
    throw new KluisError("VAULT_UNUSABLE", {
      reason: "secret",
      message: `The stored credential of vault ${name} cannot be decrypted.`,
      action: "Restore the file that KLUIS_SECRETS_KEY_FILE names, or enter the credential again.",
      params: { vault: name },
    });
  }

  /** The keys of this engine for a vault: its key file, and keys in Azure Key Vault. */
  async keysOf(id: string): Promise<KeyProvider> {
    const keyIds = await readKeyVaultKeys(this.#options.db.prisma, id);
    return openVaultKey(this.settingsOf(id), { create: false, keyVault: { client: this.keyVault, keyIds } });
  }

  get keyVault(): KeyVaultClient {
    return this.#options.keyVault;
  }

  /** The row of a vault. @throws KluisError NOT_FOUND */
  row(id: string): VaultRow {
    return this.#require(id).row;
  }

  #fromEnvironment({ name }: VaultRow): VaultSettings {
    const settings = this.#options.readEnvironment();
    if (settings.name === name) return settings;
    throw new KluisError("VAULT_UNUSABLE", {
      reason: "environment",
      message: `The environment of this engine does not describe vault ${name}.`,
      action: "Set the variables of the vault again, or disable it.",
      params: { vault: name },
    });
  }

  #require(id: string): { readonly row: VaultRow; readonly sealed: Uint8Array | null } {
    const found = this.#rows.get(id);
    if (found !== undefined) return found;
    throw new KluisError("NOT_FOUND", {
      reason: "vault",
      message: `There is no vault "${id}".`,
      params: { vault: id },
    });
  }

  async #refreshOnce(): Promise<void> {
    const { prisma } = this.#options.db;
    await this.#countEngines();
    const version = await readConfigVersion(prisma);
    if (version === this.#version) return;
    const rows = await listVaults(prisma);
    const sealed = await readSealedVaultSecrets(prisma);
    this.#rows = new Map(rows.map((row) => [row.id, { row, sealed: sealed.get(row.id) ?? null }]));
    this.#version = version;
  }

  async #countEngines(): Promise<void> {
    const { clock, db } = this.#options;
    const nowMs = clock.elapsedMs();
    if (nowMs - this.#engines.atMs < COUNT_ENGINES_MS) return;
    this.#engines = { count: Math.max(1, await countEngines(db.prisma)), atMs: nowMs };
  }

  /** This engine's fair share of what backups may store in a vault, in bytes per second; null without a limit. */
  #share(id: string): number | null {
    return this.#shareOf(this.#rows.get(id)?.row.bandwidth ?? null);
  }

  #shareOf(bandwidth: number | null): number | null {
    return bandwidth === null ? null : (bandwidth * MIB) / this.#engines.count;
  }

  /** The limits of the process, with the limit of bandwidth of one vault. */
  #limitsOf(id: string): TransferLimits {
    return {
      ...this.#limits,
      rate: joinRates([this.#limits.rate, this.#rateOf(() => this.#share(id))]),
    };
  }

  /** The limit of what copies of a vault's points may store, shared by the engines. */
  copyRate(id: string): Rate {
    const known = this.#copyRates.get(id);
    if (known !== undefined) return known;
    const made = this.#rateOf(() => this.#shareOf(this.#rows.get(id)?.row.copy?.bandwidth ?? null));
    this.#copyRates.set(id, made);
    return made;
  }

  #rateOf(limit: () => number | null): Rate {
    const { clock } = this.#options;
    const nowMs = () => clock.elapsedMs();
    return createRate({ limit, nowMs, sleep: (ms, signal) => clock.wait(ms, signal) });
  }

  async #slotsOf(settings: VaultSettings, signal: AbortSignal): Promise<string> {
    const limits = { ...this.#options.storeLimits, createContainer: false };
    return slotNames(await openVaultStore(settings, signal, limits), signal);
  }

  async #openNow(id: string, settings: VaultSettings): Promise<OpenedVault> {
    const { db, clock, storeLimits, keyVault: client } = this.#options;
    const signal = AbortSignal.timeout(OPEN_LIMIT_MS);
    const index = chunkIndex(db, { vaultId: id });
    const isKnown = this.#require(id).row.identity !== null;
    const slotCopies = await readKeyCopies(db.prisma, id);
    const keyVault = { client, keyIds: await readKeyVaultKeys(db.prisma, id) };
    const shared = { index, limits: this.#limits, workers: processWorkers(), clock, signal };
    const parts = { ...shared, storeLimits, isKnown, slotCopies, keyVault };
    // Before the keys are read: a rotation in between is seen by the next look.
    const before = isKnown ? await this.#slotsOf(settings, signal) : null;
    const { store, vault } = await openSettings(settings, parts);
    const { name } = settings;
    await recordVaultIdentity(db.prisma, { id, name, identity: vault.id, keyId: vault.keyId });
    await recordKeys({ db, clock }, { id, name, slots: vault.keySlots() });
    const slots = before ?? (await slotNames(store, signal));
    return { id, name, store, vault, slots, limits: this.#limitsOf(id) };
  }
}

export interface OpenSettingsOptions {
  readonly index: ChunkIndex;
  readonly limits?: TransferLimits;
  readonly workers?: VaultWorkers;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly storeLimits?: StoreLimits | undefined;
  /**
   * The database knows the vault: nothing is created. A new vault over a lost one would hide the loss, and a new container would keep
   * a deleted one from being undeleted. The same holds for an unmounted folder, and for a new key.
   */
  readonly isKnown?: boolean;
  /** Copies of its key slots from the database. */
  readonly slotCopies?: readonly Uint8Array[];
  /** Its keys in Azure Key Vault. */
  readonly keyVault?: { readonly client: KeyVaultClient; readonly keyIds: readonly string[] };
}

/** Opens the vault of these settings, or creates it when its storage is empty and the database does not know it. */
export async function openSettings(
  settings: VaultSettings,
  options: OpenSettingsOptions,
): Promise<{ readonly store: BlobStore; readonly vault: Vault }> {
  const { isKnown = false, storeLimits, keyVault, ...parts } = options;
  const createContainer = !isKnown;
  const raw = await openVaultStore(settings, parts.signal, { ...storeLimits, createContainer });
  const keys = await openVaultKey(settings, { create: !isKnown, keyVault });
  const completeSlotsAt = parts.clock.now();
  const open = isKnown ? openVault : openOrCreate;
  return openKnown(raw, settings.name, (store) => open({ ...parts, completeSlotsAt, store, keys }));
}

/** Two engines may create the vault at the same time: the second one opens the vault of the first. */
async function openOrCreate(options: Parameters<typeof createVault>[0]): Promise<Vault> {
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
