/** The stack's settings, parsed once from the environment. */
import { resolve } from "node:path";
import { databaseUrlProblem } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { z } from "zod";

/** The addresses of a database for the owner of its tables and for the least roles of engine and portal. */
export interface DatabaseUrls {
  readonly owner: string;
  readonly engine: string;
  readonly portal: string;
}

export interface Settings {
  /** The data folder of this installation. */
  readonly home: string;
  readonly port: number;
  /** null: the embedded PostgreSQL. */
  readonly database: DatabaseUrls | null;
  /** null: the local Azure; else the operator's settings for Azure and for sign-in. */
  readonly azure: Readonly<Record<string, string>> | null;
  /** null: Azurite; else the operator's settings for the vault. */
  readonly vault: Readonly<Record<string, string>> | null;
  /** Settings that the parts receive unchanged. */
  readonly passed: Readonly<Record<string, string>>;
}

const schema = z.object({
  KLUIS_HOME: z.string().min(1).optional(),
  KLUIS_PORT: z.coerce
    .number({ error: "must be a port number such as 3000" })
    .int("must be a port number such as 3000")
    .min(1, "must be a port from 1 to 65535")
    .max(65_535, "must be a port from 1 to 65535")
    .default(3000),
});

const azureNeeds = ["KLUIS_AZURE_TENANT_ID", "KLUIS_AZURE_SUBSCRIPTIONS"];
const entraNeeds = ["KLUIS_ENTRA_TENANT_ID", "KLUIS_ENTRA_CLIENT_ID", "KLUIS_ENTRA_CLIENT_SECRET_FILE"];
const passedNames = [
  "KLUIS_ENGINE_CONCURRENCY",
  "KLUIS_ENGINE_BANDWIDTH",
  "KLUIS_HISTORY_DAYS",
  "KLUIS_LOG_LEVEL",
  "KLUIS_LOG_FORMAT",
  "KLUIS_LOCAL_AZURE",
  "KLUIS_SECRETS_KEY_FILE",
  "KLUIS_FOLDER_VAULTS",
  "KLUIS_OWNER_OBJECT_ID",
  "KLUIS_DIRECTORY",
  "KLUIS_DIRECTORY_URL",
  "KLUIS_GROUP_RIGHTS_HOURS",
  "KLUIS_PSEUDO_LOCALE",
  "KLUIS_PUBLIC_URL",
  "KLUIS_TRUSTED_PROXIES",
];
const systemNames =
  "PATH HOME LANG TMPDIR TMP TEMP SystemRoot NODE_EXTRA_CA_CERTS HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy".split(
    " ",
  );

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Parses the settings. A part that the operator names (Azure, database, vault) replaces the embedded one.
 * @param root the checkout: the default data folder is its `.kluis`, and relative paths start there
 * @throws KluisError CONFIG_INVALID that lists every wrong or missing setting
 */
export function parseSettings(source: Env, root: string): Settings {
  const env = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(env);
  const azure = group(env, /^KLUIS_(AZURE|ENTRA)_/);
  const vault = group(env, /^KLUIS_VAULT_/);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join(".")} ${issue.message}`),
    ...(azure === null ? [] : missing(azure, [...azureNeeds, ...entraNeeds])),
    ...(vault === null ? [] : missing(vault, vaultNeeds(vault))),
    ...databaseProblems(env),
    ...(azure !== null && vault === null
      ? ["KLUIS_VAULT_CONNECTION_FILE is needed beside a real Azure"]
      : []),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new KluisError("CONFIG_INVALID", {
      message: `The settings are wrong: ${problems.join("; ")}.`,
      action: "Correct these environment variables and start again.",
    });
  }
  return {
    home: resolve(root, parsed.data.KLUIS_HOME ?? ".kluis"),
    port: parsed.data.KLUIS_PORT,
    database: databaseOf(env),
    azure,
    vault,
    passed: pick(env, passedNames),
  };
}

/** Returns the system variables that every child receives. No other variable of the shell reaches a child. */
export function systemEnv(source: Env): Record<string, string> {
  return pick(source, systemNames);
}

const databaseNames = ["DATABASE_URL", "KLUIS_DATABASE_URL_ENGINE", "KLUIS_DATABASE_URL_PORTAL"];

function databaseProblems(env: Env): string[] {
  const given = databaseNames.filter((name) => env[name] !== undefined);
  const wrong = given.flatMap((name) => {
    const problem = databaseUrlProblem(env[name]?.trim() ?? "");
    return problem === null ? [] : [`${name} ${problem}`];
  });
  return given.length === 0 || given.length === databaseNames.length || given.join() === "DATABASE_URL"
    ? wrong
    : [...wrong, ...missing(pick(env, databaseNames), databaseNames)];
}

/** Without addresses for the parts, both use the owner's. */
function databaseOf(env: Env): DatabaseUrls | null {
  const [owner, engine, portal] = databaseNames.map((name) => env[name]?.trim());
  return owner === undefined ? null : { owner, engine: engine ?? owner, portal: portal ?? owner };
}

function vaultNeeds(vault: Readonly<Record<string, string>>): string[] {
  const place = vault["KLUIS_VAULT_KIND"] === "folder" ? "KLUIS_VAULT_FOLDER" : "KLUIS_VAULT_CONNECTION_FILE";
  return [place];
}

function group(env: Env, pattern: RegExp): Record<string, string> | null {
  const names = Object.keys(env).filter((name) => pattern.test(name));
  return names.length === 0 ? null : pick(env, names);
}

function missing(found: Readonly<Record<string, string>>, names: readonly string[]): string[] {
  return names.filter((name) => found[name] === undefined).map((name) => `${name} is missing`);
}

function pick(env: Env, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
