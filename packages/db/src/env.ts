import { KluisError } from "@kluis/domain";

/** Who opens the database: the owner of the tables, who migrates, or one of the parts with its least role. */
export type DatabaseUser = "owner" | "engine" | "portal";

/** The variable with the address for each; that of a part falls back to the owner's. */
const variables = {
  owner: "DATABASE_URL",
  engine: "KLUIS_DATABASE_URL_ENGINE",
  portal: "KLUIS_DATABASE_URL_PORTAL",
} as const satisfies Record<DatabaseUser, string>;

const example = "postgresql://user:password@host:5432/database";

/**
 * Reads the database's address from an environment. Never repeats the value, which holds a password.
 * @throws KluisError CONFIG_INVALID when the address is missing, is not one of PostgreSQL, or names a schema
 */
export function parseDatabaseEnv(
  env: Readonly<Record<string, string | undefined>>,
  user: DatabaseUser = "owner",
): { url: string } {
  const problem = databaseEnvProblem(env, user);
  const name = variableOf(env, user);
  if (problem === null) return { url: env[name]?.trim() ?? "" };
  throw new KluisError("CONFIG_INVALID", {
    message: `${problem}.`,
    action: `Set ${name} to an address such as ${example}.`,
  });
}

function variableOf(env: Readonly<Record<string, string | undefined>>, user: DatabaseUser): string {
  return env[variables[user]]?.trim() ? variables[user] : variables.owner;
}

/** Returns the fault of the address of the database, as a sentence without its end; null when nothing is. */
export function databaseEnvProblem(
  env: Readonly<Record<string, string | undefined>>,
  user: DatabaseUser,
): string | null {
  const name = variableOf(env, user);
  const problem = databaseUrlProblem(env[name]?.trim() ?? "");
  return problem === null ? null : `${name} ${problem}`;
}

/** Returns the fault of an address of a database, as the rest of a sentence; null when nothing is. */
export function databaseUrlProblem(text: string): string | null {
  if (text === "") return "is not set";
  const url = URL.parse(text);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) return "is not a PostgreSQL address";
  const schema = url.searchParams.get("schema");
  if (schema !== null && schema !== "public")
    return "names a schema, and Kluis uses the schema public: give Kluis its own database and leave out ?schema=";
  if (url.searchParams.get("pgbouncer") === "true")
    return "is that of a connection pooler (pgbouncer=true): Kluis needs sessions, so use the address of PostgreSQL itself";
  return null;
}
