import { directoryFromEnv, parseDirectorySettings } from "@kluis/azure/directory";
import { parseDatabaseEnv } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import {
  type KeyVaultClient,
  lazyKeyVault,
  readVaultSettings,
  type VaultSettings,
  vaultEnvSchema,
} from "@kluis/vault";
import { z } from "zod";
import type { ApiDirectory } from "./context.ts";

export interface ApiEnv {
  readonly databaseUrl: string;
  readonly vault: VaultSettings;
  /** Makes requests to Azure Key Vault with the identity of the environment, else of the machine. */
  readonly keyVault: KeyVaultClient;
  /** File with the key that seals the secrets of connections and vaults; null: none can be stored. */
  readonly secretsKeyFile: string | null;
  /** Folder in which users may add vaults of kind folder; null: they may not. */
  readonly vaultFolders: string | null;
  /** A user or group of the directory that becomes owner at a sign-in while the organization has none; null: no one does. */
  readonly firstOwner: string | null;
  readonly directory: ApiDirectory;
  /** Most database connections of this process. */
  readonly poolSize: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

/** A person who signs in waits for the directory. */
const directoryLimitMs = 5_000;

const schema = z
  .object({
    KLUIS_API_POOL_SIZE: z.coerce.number().int().min(2).max(100).default(10),
    KLUIS_SECRETS_KEY_FILE: z.string().trim().min(1).optional(),
    KLUIS_FOLDER_VAULTS: z.string().trim().min(1).optional(),
    KLUIS_OWNER_OBJECT_ID: z.uuid("Use the object id of a user or a group.").optional(),
    KLUIS_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  })
  .and(vaultEnvSchema);

/**
 * Reads the API's settings, and the connection file that they name.
 * @throws KluisError CONFIG_INVALID naming every setting that is missing or wrong; never a value that may be secret
 */
export function parseApiEnv(env: Readonly<Record<string, string | undefined>>): ApiEnv {
  const { url } = parseDatabaseEnv(env, "portal");
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new KluisError("CONFIG_INVALID", {
      message: `Settings are missing or wrong: ${problems.join("; ")}.`,
      action: "Correct these environment variables and start again.",
    });
  }
  return {
    databaseUrl: url,
    vault: readVaultSettings(parsed.data),
    keyVault: lazyKeyVault(async () => (await import("@kluis/azure/key-vault")).keyVaultFromEnv(env)),
    secretsKeyFile: parsed.data.KLUIS_SECRETS_KEY_FILE ?? null,
    vaultFolders: parsed.data.KLUIS_FOLDER_VAULTS ?? null,
    firstOwner: parsed.data.KLUIS_OWNER_OBJECT_ID?.toLowerCase() ?? null,
    directory: directoryOf(env),
    poolSize: parsed.data.KLUIS_API_POOL_SIZE,
    logLevel: parsed.data.KLUIS_LOG_LEVEL,
  };
}

function directoryOf(env: Readonly<Record<string, string | undefined>>): ApiDirectory {
  const { isOn, groupRightsMs } = parseDirectorySettings(env);
  const client = isOn ? directoryFromEnv(env, { limitMs: directoryLimitMs }) : null;
  return { client, groupRightsMs };
}
