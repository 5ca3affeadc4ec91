/** The engine's settings: parsed once from the environment, with an error that names every wrong one. */
import { type AzureConfig, parseAzureEnv } from "@kluis/azure";
import { KluisError } from "@kluis/domain";
import { readVaultSettings, type VaultSettings, vaultEnvSchema } from "@kluis/vault";
import { z } from "zod";

export interface EngineConfig {
  readonly databaseUrl: string;
  readonly azure: AzureConfig;
  readonly vault: VaultSettings;
  /** PKCS#8 PEM with the Ed25519 key that signs the ledger's head; null: heads are not anchored. */
  readonly ledgerKeyFile: string | null;
  /** Segments moved at a time by this process. */
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
 * @throws KluisError CONFIG_INVALID naming every setting that is missing or wrong.
 */
export function parseEngineEnv(env: Record<string, string | undefined>): EngineConfig {
  const parsed = envSchema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new KluisError("CONFIG_INVALID", {
      message: `The engine's settings are wrong. ${problems.join("; ")}.`,
      action: "Correct these environment variables and start the engine again.",
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
