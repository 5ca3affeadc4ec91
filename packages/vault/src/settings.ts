/** The settings of a vault in the environment (KLUIS_VAULT_*): the one parser for every process, and what they open. */
import { readFileSync } from "node:fs";
import { isKluisError, KluisError, vaultKinds } from "@kluis/domain/core";
import { z } from "zod";
import { readDescriptor } from "./keys/descriptor.ts";
import { joinKeys, type KeyVaultClient, KeyVaultKey } from "./keys/key-vault.ts";
import { findLocalKeyFile, openLocalKeyFile } from "./keys/local.ts";
import type { KeyProvider } from "./keys/provider.ts";
import type { StoreLimits } from "./store/azure-blob.ts";
import { createFolderStore } from "./store/folder.ts";
import { readable } from "./store/known-store.ts";
import { openAzureBlobStore } from "./store/open-azure-blob.ts";
import type { BlobStore } from "./store/port.ts";
import { storeOfRoles } from "./store/roles.ts";

export type VaultSettings = {
  readonly name: string;
  /** File with the key-encryption key. */
  readonly keyFile: string;
} & (
  | {
      readonly kind: "azure-blob";
      /** Of the identity that creates and reads objects. */
      readonly connectionString: string;
      readonly container: string;
      /** Of the identity that deletes objects; the one above when it is absent. */
      readonly collector?: string | undefined;
    }
  | { readonly kind: "folder"; readonly folder: string }
);

const text = z.string().trim().min(1);

/** The variables. A process joins this schema with its own, so that one error names every wrong variable. */
export const vaultEnvSchema = z
  .object({
    KLUIS_VAULT_KIND: z.enum(vaultKinds).default("azure-blob"),
    KLUIS_VAULT_NAME: text.default("main"),
    KLUIS_VAULT_CONNECTION_FILE: text.optional(),
    /** Deletes objects in place of the connection above, which then needs no right to. */
    KLUIS_VAULT_COLLECTOR_FILE: text.optional(),
    KLUIS_VAULT_CONTAINER: text.default("kluis-vault"),
    KLUIS_VAULT_FOLDER: text.optional(),
    KLUIS_VAULT_KEY_FILE: text,
  })
  .superRefine((env, context) => {
    const needed = env.KLUIS_VAULT_KIND === "folder" ? "KLUIS_VAULT_FOLDER" : "KLUIS_VAULT_CONNECTION_FILE";
    if (env[needed] !== undefined) return;
    context.addIssue({
      code: "custom",
      path: [needed],
      message: `is required for a vault of kind ${env.KLUIS_VAULT_KIND}`,
    });
  });

/**
 * Reads the settings' connection file, if any.
 * @throws KluisError CONFIG_INVALID naming KLUIS_VAULT_CONNECTION_FILE; never quotes its content
 */
export function readVaultSettings(env: z.infer<typeof vaultEnvSchema>): VaultSettings {
  const shared = { name: env.KLUIS_VAULT_NAME, keyFile: env.KLUIS_VAULT_KEY_FILE };
  if (env.KLUIS_VAULT_KIND === "folder") {
    return { ...shared, kind: "folder", folder: env.KLUIS_VAULT_FOLDER ?? "" };
  }
  return {
    ...shared,
    kind: "azure-blob",
    connectionString: readConnection("KLUIS_VAULT_CONNECTION_FILE", env.KLUIS_VAULT_CONNECTION_FILE ?? ""),
    container: env.KLUIS_VAULT_CONTAINER,
    ...(env.KLUIS_VAULT_COLLECTOR_FILE === undefined
      ? {}
      : { collector: readConnection("KLUIS_VAULT_COLLECTOR_FILE", env.KLUIS_VAULT_COLLECTOR_FILE) }),
  };
}

function readConnection(setting: string, file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new KluisError("CONFIG_INVALID", {
      message: `The file that ${setting} names cannot be read.`,
      action: "Check that the file exists and that this process may read it.",
      params: { setting, file },
      cause,
    });
  }
}

/**
 * Returns the id of the vault in the store, without opening it; null when there is none: the folder or container may be missing, or empty.
 * @throws KluisError VAULT_UNREACHABLE, AZURE_AUTH_FAILED, AZURE_FORBIDDEN, VAULT_VERSION_UNSUPPORTED, VAULT_UNUSABLE
 */
export async function storedVaultId(
  settings: VaultSettings,
  signal: AbortSignal,
  limits: StoreLimits = {},
): Promise<string | null> {
  const store = await openVaultStore(settings, signal, { ...limits, createContainer: false });
  try {
    return (await readable(settings.name, () => readDescriptor(store, signal))).vaultId;
  } catch (error) {
    if (isKluisError(error, "VAULT_NOT_INITIALISED")) return null;
    throw error;
  }
}

/** Opens the store; creates a missing container. @throws KluisError VAULT_UNREACHABLE, AZURE_AUTH_FAILED, AZURE_FORBIDDEN */
export async function openVaultStore(
  settings: VaultSettings,
  signal: AbortSignal,
  limits: StoreLimits = {},
): Promise<BlobStore> {
  if (settings.kind === "folder")
    return createFolderStore(settings.folder, { create: limits.createContainer !== false });
  const { connectionString, container, collector } = settings;
  const writer = await openAzureBlobStore({ ...limits, account: { connectionString }, container }, signal);
  if (collector === undefined) return writer;
  const account = { connectionString: collector };
  return storeOfRoles(
    writer,
    await openAzureBlobStore({ ...limits, account, container, createContainer: false }, signal),
  );
}

/**
 * Opens the keys of a process: the key file, and keys in Azure Key Vault.
 * @param options.create true: makes the key file when it is missing. A reader must not: a new key opens nothing, and hides
 * that the right one is missing.
 * @param options.keyVault keys that are known to open the vault; without the key file they open it alone
 * @throws KluisError CONFIG_INVALID naming KLUIS_VAULT_KEY_FILE
 */
export async function openVaultKey(
  { keyFile: file }: Pick<VaultSettings, "keyFile">,
  {
    create,
    keyVault,
  }: {
    readonly create: boolean;
    readonly keyVault?: { readonly client: KeyVaultClient; readonly keyIds: readonly string[] } | undefined;
  },
): Promise<KeyProvider> {
  const key = create ? await openLocalKeyFile(file) : await findLocalKeyFile(file);
  const remote =
    keyVault === undefined ? [] : keyVault.keyIds.map((keyId) => new KeyVaultKey(keyVault.client, { keyId }));
  const [first, ...others] = [...(key === null ? [] : [key]), ...remote];
  if (first !== undefined) return joinKeys([first, ...others]);
  throw new KluisError("CONFIG_INVALID", {
    message: "The vault's key file is missing.",
    action: "Start the engine once, or put the key file where KLUIS_VAULT_KEY_FILE says.",
    params: { setting: "KLUIS_VAULT_KEY_FILE", file },
  });
}
