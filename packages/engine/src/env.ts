/** The engine's settings: parsed once from the environment, with an error that names every wrong one. */
import { readFileSync } from "node:fs";
import { type AzureConfig, parseAzureEnv } from "@kluis/azure";
import { KluisError } from "@kluis/domain";
import { z } from "zod";

export type VaultConfig = (
  | { readonly kind: "azure-blob"; readonly connectionString: string; readonly container: string }
  | { readonly kind: "folder"; readonly folder: string }
) & {
  readonly name: string;
  /** File with the key-encryption key; made by `vault create` when missing. */
  readonly keyFile: string;
};

export interface EngineConfig {
  readonly databaseUrl: string;
  readonly azure: AzureConfig;
  readonly vault: VaultConfig;
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
    KLUIS_VAULT_KIND: z.enum(["azure-blob", "folder"]).default("azure-blob"),
    KLUIS_VAULT_NAME: text.default("main"),
    KLUIS_VAULT_CONNECTION_FILE: text.optional(),
    KLUIS_VAULT_CONTAINER: text.default("kluis-vault"),
    KLUIS_VAULT_FOLDER: text.optional(),
    KLUIS_VAULT_KEY_FILE: text,
    KLUIS_LEDGER_KEY_FILE: text.optional(),
    KLUIS_ENGINE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(3),
    KLUIS_LOG_FORMAT: z.enum(["json", "text"]).default("json"),
    KLUIS_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  })
  .superRefine((env, context) => {
    const needed = env.KLUIS_VAULT_KIND === "folder" ? "KLUIS_VAULT_FOLDER" : "KLUIS_VAULT_CONNECTION_FILE";
    if (env[needed] === undefined) {
      context.addIssue({
        code: "custom",
        path: [needed],
        message: `is needed for a vault of kind ${env.KLUIS_VAULT_KIND}`,
      });
    }
  });

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
    vault: vaultConfig(settings),
    ledgerKeyFile: settings.KLUIS_LEDGER_KEY_FILE ?? null,
    concurrency: settings.KLUIS_ENGINE_CONCURRENCY,
    logFormat: settings.KLUIS_LOG_FORMAT,
    logLevel: settings.KLUIS_LOG_LEVEL,
  };
}

function vaultConfig(settings: z.infer<typeof envSchema>): VaultConfig {
  const shared = { name: settings.KLUIS_VAULT_NAME, keyFile: settings.KLUIS_VAULT_KEY_FILE };
  if (settings.KLUIS_VAULT_KIND === "folder") {
    return { ...shared, kind: "folder", folder: settings.KLUIS_VAULT_FOLDER ?? "" };
  }
  return {
    ...shared,
    kind: "azure-blob",
    connectionString: readSecret("KLUIS_VAULT_CONNECTION_FILE", settings.KLUIS_VAULT_CONNECTION_FILE ?? ""),
    container: settings.KLUIS_VAULT_CONTAINER,
  };
}

function readSecret(setting: string, file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new KluisError("CONFIG_INVALID", {
      message: `The file that ${setting} names cannot be read.`,
      action: `Check that the file exists and that the engine's user may read it.`,
      params: { setting, file },
      cause,
    });
  }
}
