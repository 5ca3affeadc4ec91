import { readFileSync } from "node:fs";
import { parseDatabaseEnv } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { z } from "zod";

/** Where the vault is; the same settings as the engine's. */
export type VaultEnv = {
  readonly name: string;
  /** File with the key-encryption key. */
  readonly keyFile: string;
} & (
  | { readonly kind: "azure-blob"; readonly connectionString: string; readonly container: string }
  | { readonly kind: "folder"; readonly folder: string }
);

export interface ApiEnv {
  readonly databaseUrl: string;
  readonly vault: VaultEnv;
  /** Most database connections of this process. */
  readonly poolSize: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

const text = z.string().trim().min(1);
const schema = z
  .object({
    KLUIS_VAULT_KIND: z.enum(["azure-blob", "folder"]).default("azure-blob"),
    KLUIS_VAULT_NAME: text.default("main"),
    KLUIS_VAULT_CONNECTION_FILE: text.optional(),
    KLUIS_VAULT_CONTAINER: text.default("kluis-vault"),
    KLUIS_VAULT_FOLDER: text.optional(),
    KLUIS_VAULT_KEY_FILE: text,
    KLUIS_API_POOL_SIZE: z.coerce.number().int().min(2).max(100).default(10),
    KLUIS_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
  })
  .superRefine((env, context) => {
    const needed = env.KLUIS_VAULT_KIND === "folder" ? "KLUIS_VAULT_FOLDER" : "KLUIS_VAULT_CONNECTION_FILE";
    if (env[needed] !== undefined) return;
    context.addIssue({
      code: "custom",
      path: [needed],
      message: `is needed for a vault of kind ${env.KLUIS_VAULT_KIND}`,
    });
  });

/**
 * Reads the API's settings, and the connection file that they name.
 * @throws KluisError CONFIG_INVALID naming every setting that is missing or wrong; never a value that may be secret
 */
export function parseApiEnv(env: Readonly<Record<string, string | undefined>>): ApiEnv {
  const { url } = parseDatabaseEnv(env);
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
    vault: vaultEnv(parsed.data),
    poolSize: parsed.data.KLUIS_API_POOL_SIZE,
    logLevel: parsed.data.KLUIS_LOG_LEVEL,
  };
}

function vaultEnv(settings: z.infer<typeof schema>): VaultEnv {
  const shared = { name: settings.KLUIS_VAULT_NAME, keyFile: settings.KLUIS_VAULT_KEY_FILE };
  if (settings.KLUIS_VAULT_KIND === "folder") {
    return { ...shared, kind: "folder", folder: settings.KLUIS_VAULT_FOLDER ?? "" };
  }
  return {
    ...shared,
    kind: "azure-blob",
    connectionString: readConnection(settings.KLUIS_VAULT_CONNECTION_FILE ?? ""),
    container: settings.KLUIS_VAULT_CONTAINER,
  };
}

function readConnection(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new KluisError("CONFIG_INVALID", {
      message: "The file that KLUIS_VAULT_CONNECTION_FILE names cannot be read.",
      action: "Check that it exists and that the portal's user may read it.",
      params: { setting: "KLUIS_VAULT_CONNECTION_FILE", file },
      cause,
    });
  }
}
