import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import { type Db, openDatabase } from "./client.ts";
import { ensureLoginRole, grantRights, grantStatements } from "./database-roles/grants.ts";
import { tableRights } from "./database-roles/rights.ts";
import { locks } from "./locks.ts";
import { migrate, readMigrations } from "./migrate.ts";

export { advanceDatabaseClock } from "./test-clock.ts";
export { type AtEdge, openEdgedDatabase } from "./testing-edges.ts";
export {
  longReadsOf,
  openWatchedDatabase,
  rowsRead,
  type Statement,
  scansOf,
  type WatchedDatabase,
} from "./testing-statements.ts";

/** The variable in which the global setup of a test run passes its server: an address that may create databases. */
export const testServerVariable = "KLUIS_TEST_DATABASE_URL";

export interface TestDatabase extends AsyncDisposable {
  readonly db: Db;
  /** The address for the owner of the tables. */
  readonly url: string;
  /** The addresses for the least roles, as an installation gives them to engine and portal. */
  readonly roleUrls: Readonly<Record<"engine" | "portal", string>>;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
}

export interface EmptyDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Creates an empty database and opens no connection to it. */
export async function createEmptyDatabase(): Promise<EmptyDatabase> {
  const server = testServerUrl();
  const name = newName();
  await asAdmin(server, (admin) => admin.query(`CREATE DATABASE ${name}`));
  return { url: withDatabase(server, name), drop: () => dropDatabase(server, name) };
}

function newName(): string {
  return `kluis_test_${randomBytes(8).toString("hex")}`;
}

async function dropDatabase(server: string, name: string): Promise<void> {
  await asAdmin(server, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/**
 * Creates a migrated database for a test: a clone of a template that is migrated once per set of migrations.
 * The server comes from DATABASE_URL, or from the test run's global setup.
 */
export async function createTestDatabase(
  options: { readonly poolSize?: number } = {},
): Promise<TestDatabase> {
  const server = testServerUrl();
  const name = newName();
  const template = await templateDatabase(server);
  await asAdmin(server, (admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const url = withDatabase(server, name);
  const db = await openDatabase({ url, poolSize: options.poolSize ?? 8 });
  const drop = async (): Promise<void> => {
    await db.close();
    await dropDatabase(server, name);
  };
  const roleUrls = { engine: asRole(url, roles.engine), portal: asRole(url, roles.portal) };
  return { db, url, roleUrls, drop, [Symbol.asyncDispose]: drop };
}

/** Roles of the whole server, which every test database has; their password protects nothing. */
const roles = { engine: "kluis_test_engine", portal: "kluis_test_portal" };
const rolePassword = "of-tests";

function asRole(url: string, role: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = rolePassword;
  return changed.href;
}

/** Returns the server that tests may use. */
export function testServerUrl(): string {
  const url = process.env["DATABASE_URL"] ?? process.env[testServerVariable];
  if (url === undefined) throw new Error(`Tests on PostgreSQL need DATABASE_URL or ${testServerVariable}.`);
  return url;
}

/** Returns the address of another database on the same server. */
export function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

let template: Promise<string> | undefined;

function templateDatabase(server: string): Promise<string> {
  return (template ??= makeTemplate(server));
}

/** Migrates under a temporary name and renames at the end, so that a template is either complete or missing. */
async function makeTemplate(server: string): Promise<string> {
  const migrations = await readMigrations();
  const rights = createHash("sha256").update(JSON.stringify([tableRights, grantStatements(roles, [])]));
  const version = `${migrations.at(-1)?.checksum.slice(0, 12) ?? "empty"}_${rights.digest("hex").slice(0, 8)}`;
  const name = `kluis_template_${version}_${migrations.length}`;
  await asAdmin(server, async (admin) => {
    await admin.query("SELECT pg_advisory_lock($1::bigint)", [String(locks.migrate)]);
    const found = await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount !== 0) return;
    const draft = `${name}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${draft}`);
    const url = withDatabase(server, draft);
    await migrate(url);
    for (const role of Object.values(roles))
      await ensureLoginRole(url, { name: role, password: rolePassword });
    await grantRights(url, roles);
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  });
  return name;
}

async function asAdmin<T>(server: string, fn: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    return await fn(admin);
  } finally {
    await admin.end();
  }
}
