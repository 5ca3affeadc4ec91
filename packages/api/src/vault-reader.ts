import { access } from "node:fs/promises";
import { KluisError } from "@kluis/domain";
import {
  type BlobStore,
  createFolderStore,
  openAzureBlobStore,
  openLocalKeyFile,
  openVault,
  type Vault,
} from "@kluis/vault";
import type { VaultEnv } from "./env.ts";

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

export function createVaultReader(env: VaultEnv): VaultReader {
  let opening: Promise<Vault> | undefined;
  let store: Promise<BlobStore> | undefined;
  return {
    open: () => {
      opening ??= openConfiguredVault(env).catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    openStore: () => {
      store ??= openConfiguredStore(env, AbortSignal.timeout(openTimeoutMs)).catch((error: unknown) => {
        store = undefined;
        throw error;
      });
      return store;
    },
  };
}

/** Bounds the opening: a store that does not answer must not hold every download for ever. */
const openTimeoutMs = 30_000;

async function openConfiguredVault(env: VaultEnv): Promise<Vault> {
  const signal = AbortSignal.timeout(openTimeoutMs);
  const keys = await openExistingKeyFile(env.keyFile);
  return openVault({ store: await openConfiguredStore(env, signal), keys, signal });
}

async function openConfiguredStore(env: VaultEnv, signal: AbortSignal): Promise<BlobStore> {
  if (env.kind === "folder") return createFolderStore(env.folder);
  const { connectionString, container } = env;
  return openAzureBlobStore({ account: { connectionString }, container }, signal);
}

/** Reading must never make a key: a new one would open nothing, and hide that the right one is missing. */
async function openExistingKeyFile(file: string): ReturnType<typeof openLocalKeyFile> {
  try {
    await access(file);
  } catch (cause) {
    throw new KluisError("CONFIG_INVALID", {
      message: "The vault's key file is missing or cannot be read.",
      action: "Start the engine once, or put the key file where KLUIS_VAULT_KEY_FILE says.",
      params: { setting: "KLUIS_VAULT_KEY_FILE", file },
      cause,
    });
  }
  return openLocalKeyFile(file);
}
