/** The least database roles: statements that give engine and portal what they need, and take everything else. */
import { KluisError } from "@kluis/domain";
import pg from "pg";
import { z } from "zod";
import { mapDatabaseError } from "../errors.ts";
import { locks } from "../locks.ts";
import { otherTables, type TableRight, type TableRights, tableRights } from "./rights.ts";

/** Names of the roles with which engine and portal sign in. */
export interface DatabaseRoles {
  readonly engine: string;
  readonly portal: string;
}

const privileges = {
  read: "SELECT",
  append: "SELECT, INSERT",
  change: "SELECT, UPDATE",
  write: "SELECT, INSERT, UPDATE, DELETE",
} as const satisfies Record<TableRight, string>;

/**
 * The tables of graphile-worker. Engines take tasks and end them; the portal adds and replaces tasks, through the functions of
 * the queue, which run with the rights of their caller.
 */
const queueRights: Readonly<Record<string, TableRights>> = {
  _private_jobs: { engine: "write", portal: "write" },
  _private_job_queues: { engine: "write", portal: "write" },
  _private_tasks: { engine: "write", portal: "append" },
  _private_known_crontabs: { engine: "write", portal: "read" },
};

/** A table or view of the schemas of Kluis. */
export interface KnownTable {
  readonly schema: string;
  readonly name: string;
}

/** Returns the statements that set the rights of both roles, in their order; running them again changes nothing. */
export function grantStatements(roles: DatabaseRoles, tables: readonly KnownTable[]): string[] {
  return (["engine", "portal"] as const).flatMap((part) => {
    const role = pg.escapeIdentifier(roles[part]);
    return [
      ...["public", "graphile_worker"].flatMap((schema) => [
        `REVOKE ALL ON SCHEMA ${schema} FROM ${role}`,
        `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
        `REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`,
        `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`,
      ]),
      ...tables.map(({ schema, name }) => {
        const rights = rightsOf({ schema, name })[part];
        return `GRANT ${privileges[rights]} ON ${schema}.${pg.escapeIdentifier(name)} TO ${role}`;
      }),
      // The queue's tables have row security, which lets only their owner pass.
      ...Object.keys(queueRights).flatMap((name) => [
        `DROP POLICY IF EXISTS kluis_${part} ON graphile_worker.${name}`,
        `CREATE POLICY kluis_${part} ON graphile_worker.${name} TO ${role} USING (true) WITH CHECK (true)`,
      ]),
    ];
  });
}

function rightsOf({ schema, name }: KnownTable): TableRights {
  if (schema === "graphile_worker") return queueRights[name] ?? otherTables;
  return isModel(name) ? tableRights[name] : otherTables;
}

function isModel(name: string): name is keyof typeof tableRights {
  return Object.hasOwn(tableRights, name);
}

const tableRow = z.object({ schema: z.string(), name: z.string() });

/**
 * Gives both roles their rights, in one transaction. Run it as the owner of the tables, after each migration.
 * @throws KluisError CONFIG_INVALID for a role that owns tables or may change its own rights; DATABASE_UNREACHABLE
 */
export async function grantRights(ownerUrl: string, roles: DatabaseRoles): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query("SELECT pg_advisory_lock($1::bigint)", [String(locks.migrate)]);
    await mustBeLeast(client, roles);
    const { rows } = await client.query(
      `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname IN ('public', 'graphile_worker') AND c.relkind IN ('r', 'p', 'v') ORDER BY 1, 2`,
    );
    const statements = grantStatements(roles, z.array(tableRow).parse(rows));
    await client.query(`BEGIN; ${statements.join("; ")}; COMMIT`);
  } catch (error) {
    throw mapDatabaseError(error);
  } finally {
    await client.end();
  }
}

const roleRow = z.object({ rolname: z.string(), unfit: z.boolean() });

async function mustBeLeast(client: pg.Client, roles: DatabaseRoles): Promise<void> {
  const names = [roles.engine, roles.portal];
  const { rows } = await client.query(
    `SELECT r.rolname, r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication OR r.rolname = current_user
        OR pg_has_role(r.oid, current_user, 'MEMBER') AS unfit
     FROM pg_roles r WHERE r.rolname = ANY($1)`,
    [names],
  );
  const found = z.array(roleRow).parse(rows);
  for (const name of names) {
    const row = found.find(({ rolname }) => rolname === name);
    if (row?.unfit === false) continue;
    const why =
      row === undefined
        ? "does not exist"
        : "owns the tables, or has rights of the whole server, so it could switch off the protection of the ledger";
    throw new KluisError("CONFIG_INVALID", {
      message: `The database role ${name} ${why}.`,
      action: "Create the roles as docs/operations.md says under Database roles.",
      params: { role: name },
    });
  }
}

/** Returns the name of the role in the address of a database. */
export function roleOfUrl(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/**
 * Creates a role that signs in with this password and has no rights yet, or gives an existing one this password. For a server
 * that Kluis itself runs.
 */
export async function ensureLoginRole(
  adminUrl: string,
  role: { readonly name: string; readonly password: string },
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query("SELECT pg_advisory_lock($1::bigint)", [String(locks.migrate)]);
    const name = pg.escapeIdentifier(role.name);
    const found = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role.name]);
    const what = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD ${pg.escapeLiteral(role.password)}`;
    await client.query(`${found.rowCount === 0 ? "CREATE" : "ALTER"} ROLE ${name} WITH ${what}`);
  } catch (error) {
    throw mapDatabaseError(error);
  } finally {
    await client.end();
  }
}
