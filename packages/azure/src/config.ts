/** The settings of a connection to Azure, read from the environment. */
import { readFileSync } from "node:fs";
import { KluisError } from "@kluis/domain";
import { z } from "zod";

/** How Kluis authenticates to Azure. */
export type AzureCredentialConfig =
  | { readonly kind: "secret"; readonly clientId: string; readonly secret: string }
  /** `certificate`: PEM with the certificate and its private key. */
  | { readonly kind: "certificate"; readonly clientId: string; readonly certificate: string }
  | { readonly kind: "workload-identity"; readonly clientId: string; readonly tokenFile: string }
  | { readonly kind: "managed-identity"; readonly clientId: string | null };

/** An identity in a tenant, and how its tokens are requested. */
export interface IdentityConfig {
  readonly tenantId: string;
  readonly credential: AzureCredentialConfig;
  /** https origin of Entra. */
  readonly authorityHost: string;
  /** Public host name → http base on this machine, for a local Azure; `*.` means any one name. Empty in production. */
  readonly rewrite: ReadonlyMap<string, string>;
}

/** One connection: a tenant, an identity in it, and its subscriptions. */
export interface AzureConfig extends IdentityConfig {
  readonly subscriptions: readonly string[];
  /** https origin of Azure Resource Manager. */
  readonly armUrl: string;
  /** `x-ms-version` of requests on disk access URLs; absent: {@link defaultStorageVersion}. */
  readonly storageVersion?: string | undefined;
}

const guid = z.guid("must be a GUID");
const httpsOrigin = z
  .url({ protocol: /^https$/, error: "must be an https:// address" })
  .transform((text) => text.replace(/\/+$/, ""));

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

export const rewriteSchema = z.string().transform((text, context) => {
  const map = new Map<string, string>();
  for (const pair of text.split(",").map((part) => part.trim())) {
    if (pair === "") continue;
    const cut = pair.indexOf("=");
    const host = pair.slice(0, cut).toLowerCase();
    const base = pair.slice(cut + 1).replace(/\/+$/, "");
    const url = cut > 0 && URL.canParse(base) ? new URL(base) : null;
    if (url?.protocol !== "http:" || !loopback.has(url.hostname)) {
      context.addIssue({
        code: "custom",
        message: `'${pair}' must look like public.host=http://127.0.0.1:PORT (this machine only)`,
      });
      return z.NEVER;
    }
    map.set(host, base);
  }
  return map;
});

const envSchema = z.object({
  KLUIS_AZURE_TENANT_ID: guid,
  KLUIS_AZURE_CLIENT_ID: guid.optional(),
  KLUIS_AZURE_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  KLUIS_AZURE_FEDERATED_TOKEN_FILE: z.string().min(1).optional(),
  KLUIS_AZURE_SUBSCRIPTIONS: z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((id) => id.trim())
        .filter(Boolean),
    )
    .pipe(z.array(guid).min(1, "must name at least one subscription")),
  KLUIS_AZURE_AUTHORITY_HOST: httpsOrigin.default("https://login.microsoftonline.com"),
  KLUIS_AZURE_ARM_URL: httpsOrigin.default("https://management.azure.com"),
  KLUIS_AZURE_STORAGE_VERSION: z
    .string()
    .regex(/^20\d\d-\d\d-\d\d$/, "must be a version of the blob service, such as 2020-10-02")
    .optional(),
  KLUIS_AZURE_REWRITE: rewriteSchema.default(new Map()),
});

const processSchema = envSchema.pick({ KLUIS_AZURE_REWRITE: true, KLUIS_AZURE_STORAGE_VERSION: true });

/**
 * Reads the settings that hold for every connection of the process.
 * @throws KluisError CONFIG_INVALID naming every wrong variable
 */
export function parseAzureProcessEnv(
  env: Readonly<Record<string, string | undefined>>,
): Pick<AzureConfig, "rewrite" | "storageVersion"> {
  const parsed = processSchema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value)),
  );
  if (parsed.success) {
    const { KLUIS_AZURE_REWRITE: rewrite, KLUIS_AZURE_STORAGE_VERSION: storageVersion } = parsed.data;
    return { rewrite, storageVersion };
  }
  const lines = parsed.error.issues.map(({ path, message }) => `${path.map(String).join(" ")} ${message}`);
  throw invalid(`${lines.join("; ")}.`);
}

const identitySchema = envSchema
  .omit({ KLUIS_AZURE_SUBSCRIPTIONS: true })
  .extend({ KLUIS_AZURE_TENANT_ID: guid.optional() });

/**
 * Reads the identity of this process without subscriptions: what opens keys in Azure Key Vault. Nothing set: the machine's managed
 * identity.
 * @throws KluisError CONFIG_INVALID naming every wrong variable
 */
export function parseIdentityEnv(env: Readonly<Record<string, string | undefined>>): IdentityConfig {
  const parsed = identitySchema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value)),
  );
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.map(String).join(" ")} ${message}`);
    throw invalid(`${lines.join("; ")}.`);
  }
  const { KLUIS_AZURE_TENANT_ID: tenantId = "", ...rest } = parsed.data;
  const credential = credentialOf(rest);
  if (tenantId === "" && credential.kind !== "managed-identity")
    throw invalid("KLUIS_AZURE_TENANT_ID is not set.");
  const { KLUIS_AZURE_AUTHORITY_HOST: authorityHost, KLUIS_AZURE_REWRITE: rewrite } = rest;
  return { tenantId, credential, authorityHost, rewrite };
}

type ParsedEnv = Omit<z.infer<typeof envSchema>, "KLUIS_AZURE_TENANT_ID" | "KLUIS_AZURE_SUBSCRIPTIONS">;

function invalid(problems: string, cause?: unknown): KluisError {
  return new KluisError("CONFIG_INVALID", {
    message: `The settings of the connection to Azure are wrong: ${problems}`,
    action: "Correct the environment variables and start again.",
    params: { problems },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** @throws KluisError CONFIG_INVALID that names the variable and the file */
export function readSecretFile(variable: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw invalid(`${variable} names ${path}, which cannot be read.`, error);
  }
  if (text === "") throw invalid(`${variable} names ${path}, which is empty.`);
  return text;
}

function credentialOf(env: ParsedEnv): AzureCredentialConfig {
  const clientId = env.KLUIS_AZURE_CLIENT_ID;
  const secretFile = env.KLUIS_AZURE_CLIENT_SECRET_FILE;
  const tokenFile = env.KLUIS_AZURE_FEDERATED_TOKEN_FILE;
  if (secretFile === undefined && tokenFile === undefined) {
    return { kind: "managed-identity", clientId: clientId ?? null };
  }
  if (clientId === undefined) {
    throw invalid("KLUIS_AZURE_CLIENT_ID must name the app of the secret or token file.");
  }
  if (secretFile !== undefined && tokenFile !== undefined) {
    throw invalid("set KLUIS_AZURE_CLIENT_SECRET_FILE or KLUIS_AZURE_FEDERATED_TOKEN_FILE, not both.");
  }
  if (secretFile !== undefined) {
    const secret = readSecretFile("KLUIS_AZURE_CLIENT_SECRET_FILE", secretFile);
    return { kind: "secret", clientId, secret };
  }
  return { kind: "workload-identity", clientId, tokenFile: tokenFile ?? "" };
}

/**
 * Reads the connection from the environment. Uses the machine's managed identity when no secret or federated token file is
 * set.
 *
 * @throws KluisError CONFIG_INVALID naming every wrong variable
 */
export function parseAzureEnv(env: Readonly<Record<string, string | undefined>>): AzureConfig {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = envSchema.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) =>
      issue.code === "invalid_type" && set[String(issue.path[0])] === undefined
        ? `${String(issue.path[0])} is not set`
        : `${issue.path.map(String).join(" ")} ${issue.message}`,
    );
    throw invalid(`${lines.join("; ")}.`);
  }
  return {
    tenantId: parsed.data.KLUIS_AZURE_TENANT_ID,
    subscriptions: parsed.data.KLUIS_AZURE_SUBSCRIPTIONS,
    credential: credentialOf(parsed.data),
    authorityHost: parsed.data.KLUIS_AZURE_AUTHORITY_HOST,
    armUrl: parsed.data.KLUIS_AZURE_ARM_URL,
    storageVersion: parsed.data.KLUIS_AZURE_STORAGE_VERSION,
    rewrite: parsed.data.KLUIS_AZURE_REWRITE,
  };
}
