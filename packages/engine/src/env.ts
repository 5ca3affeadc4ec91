/** The engine's settings, parsed once from the environment. */
import { type AzureConfig, keyVaultFromEnv, parseAzureEnv, parseAzureProcessEnv } from "@kluis/azure";
import { type DirectoryClient, directoryFromEnv, parseDirectorySettings } from "@kluis/azure/directory";
import { databaseEnvProblem, parseDatabaseEnv } from "@kluis/db";
import { bandwidthSchema, isKluisError, KluisError, limits } from "@kluis/domain";
import { type KeyVaultClient, readVaultSettings, type VaultSettings, vaultEnvSchema } from "@kluis/vault";
import { z } from "zod";

export interface EngineConfig {
  readonly databaseUrl: string;
  /** The connection of the environment; null: the environment has none. */
  readonly azure: AzureConfig | null;
  /** Holds for every connection of the process. */
  readonly azureProcess: Pick<AzureConfig, "rewrite" | "storageVersion">;
  /** Token file of the workload identity of this process. */
  readonly federatedTokenFile: string | null;
  readonly vault: VaultSettings;
  /** Makes requests to Azure Key Vault with the identity of the environment, else of the machine. Tokens end by the given time. */
  readonly keyVault: (now: () => number) => KeyVaultClient;
  /** Reads accounts and groups of the directory. Null: groups come from the tokens of sign-ins only. */
  readonly directory: ((now: () => number) => DirectoryClient) | null;
  /** How long groups give rights after they were read. */
  readonly groupRightsMs: number;
  /** File with the key that seals the secrets of connections and vaults; null: none can be stored. */
  readonly secretsKeyFile: string | null;
  /** Reads the settings of Azure and the vault again, whose files may have changed. An unreadable file keeps the last ones. */
  readonly reread: { readonly azure: () => AzureConfig | null; readonly vault: () => VaultSettings };
  /** PKCS #8 PEM file with the Ed25519 key that signs the ledger's head. Null: the ledger is not anchored. */
  readonly ledgerKeyFile: string | null;
  /** Days that ended jobs and decisions of the scheduler stay. */
  readonly historyDays: number;
  /** MiB per second that this process may store; null: no limit. */
  readonly bandwidth: number | null;
  /** Segments that this process moves at the same time. */
  readonly concurrency: number;
  readonly logFormat: "json" | "text";
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

const text = z.string().trim().min(1);
const envSchema = z
  .object({
    KLUIS_LEDGER_KEY_FILE: text.optional(),
    KLUIS_SECRETS_KEY_FILE: text.optional(),
    KLUIS_AZURE_FEDERATED_TOKEN_FILE: text.optional(),
    KLUIS_ENGINE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(3),
    KLUIS_ENGINE_BANDWIDTH: z.coerce.number().pipe(bandwidthSchema).optional(),
    KLUIS_HISTORY_DAYS: z.coerce
      .number()
      .int()
      .min(limits.historyDaysLeast)
      .max(limits.historyDaysMost)
      .default(limits.historyDays),
    KLUIS_LOG_FORMAT: z.enum(["json", "text"]).default("json"),
    KLUIS_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  })
  .and(vaultEnvSchema);

/**
 * Reads the engine's settings and the files that they name.
 * @throws KluisError CONFIG_INVALID that lists every missing or invalid setting
 */
export function parseEngineEnv(env: Record<string, string | undefined>): EngineConfig {
  const parsed = envSchema.safeParse(env);
  const database = databaseEnvProblem(env, "engine");
  if (!parsed.success || database !== null) {
    const issues = parsed.error?.issues ?? [];
    const problems = [
      ...(database === null ? [] : [database]),
      ...issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    ];
    throw new KluisError("CONFIG_INVALID", {
      message: `The engine's settings are invalid. ${problems.join("; ")}.`,
      action: "Correct these environment variables and start the engine again.",
      params: { problems: problems.join("; ") },
    });
  }
  const settings = parsed.data;
  const readAzure = (): AzureConfig | null => (hasConnection(env) ? parseAzureEnv(env) : null);
  const readVault = (): VaultSettings => readVaultSettings(settings);
  const [azure, vault] = [readAzure(), readVault()];
  const { isOn, groupRightsMs } = parseDirectorySettings(env);
  return {
    databaseUrl: parseDatabaseEnv(env, "engine").url,
    azure,
    azureProcess: parseAzureProcessEnv(env),
    federatedTokenFile: settings.KLUIS_AZURE_FEDERATED_TOKEN_FILE ?? null,
    vault,
    keyVault: (now) => keyVaultFromEnv(env, { now }),
    directory: isOn ? (now) => directoryFromEnv(env, { now }) : null,
    groupRightsMs,
    secretsKeyFile: settings.KLUIS_SECRETS_KEY_FILE ?? null,
    reread: { azure: lastReadable(readAzure, azure), vault: lastReadable(readVault, vault) },
    ledgerKeyFile: settings.KLUIS_LEDGER_KEY_FILE ?? null,
    historyDays: settings.KLUIS_HISTORY_DAYS,
    bandwidth: settings.KLUIS_ENGINE_BANDWIDTH ?? null,
    concurrency: settings.KLUIS_ENGINE_CONCURRENCY,
    logFormat: settings.KLUIS_LOG_FORMAT,
    logLevel: settings.KLUIS_LOG_LEVEL,
  };
}

/** Variables that describe a connection. The endpoints of a local Azure alone do not. */
const connectionVariables = [
  "KLUIS_AZURE_TENANT_ID",
  "KLUIS_AZURE_SUBSCRIPTIONS",
  "KLUIS_AZURE_CLIENT_ID",
  "KLUIS_AZURE_CLIENT_SECRET_FILE",
];

function hasConnection(env: Record<string, string | undefined>): boolean {
  return connectionVariables.some((name) => (env[name] ?? "") !== "");
}

/** A file that is being replaced cannot be read for a moment; a missing one is an error only at the start. */
function lastReadable<T>(read: () => T, first: T): () => T {
  let last = first;
  return () => {
    try {
      last = read();
    } catch (error) {
      if (!isKluisError(error, "CONFIG_INVALID")) throw error;
    }
    return last;
  };
}
