/** The engine's settings, parsed once from the environment. */
import { type AzureConfig, parseAzureEnv } from "@kluis/azure";
import { KluisError } from "@kluis/domain";
import { readVaultSettings, type VaultSettings, vaultEnvSchema } from "@kluis/vault";
import { z } from "zod";

export interface EngineConfig {
  readonly databaseUrl: string;
  readonly azure: AzureConfig;
  readonly vault: VaultSettings;
  /** PKCS #8 PEM file with the Ed25519 key that signs the ledger's head. Null: the ledger is not anchored. */
  readonly ledgerKeyFile: string | null;
  /** Segments that this process moves at the same time. */
  readonly concurrency: number;
  readonly logFormat: "json" | "text";
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

const text = z.string().trim().min(1);
const envSchema = z
  .object({
    DATABASE_URL: text,
    KLUIS_LEDGER_KEY_FILE: text.optional(),
    KLUIS_ENGINE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(3),
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
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new KluisError("CONFIG_INVALID", {
      message: `The engine's settings are invalid. ${problems.join("; ")}.`,
      action: "Correct these environment variables and start the engine again.",
      params: { problems: problems.join("; ") },
    });
  }
  const settings = parsed.data;
  return {
    databaseUrl: settings.DATABASE_URL,
    azure: parseAzureEnv(env),
    vault: readVaultSettings(settings),
    ledgerKeyFile: settings.KLUIS_LEDGER_KEY_FILE ?? null,
    concurrency: settings.KLUIS_ENGINE_CONCURRENCY,
    logFormat: settings.KLUIS_LOG_FORMAT,
    logLevel: settings.KLUIS_LOG_LEVEL,
  };
}
