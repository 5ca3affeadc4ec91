/** Fills a database with a large fleet by set-based SQL, to measure and to check plans. Never for an installation in use. */
import type { PolicyDocument } from "@kluis/domain";
import pg, { type ClientBase, type PoolClient } from "pg";
import type { Db } from "../client.ts";
import { history, largeTables, points, resources } from "./history.ts";
import { ledger } from "./ledger.ts";
import { actorSql, type FleetSize, idSql, SUBSCRIPTIONS } from "./numbers.ts";

export { seedTransfers } from "./transfers.ts";
export { type FleetSize, largeTables };

export const bigFleet: FleetSize = { vms: 10_000, policies: 200, points: 1_000_000, jobsPerVm: 10 };

const MEMORY =
  "SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off";
const PARTS = [owners, machines, protections, history, resources, points, ledger] as const;

/**
 * Adds VMs, policies, protections, points, history, and the ledger of that history. Each VM is backed up once a day at a time of its
 * policy, in UTC; nothing is due when it returns. The same size gives the same rows; only their times follow the clock of the
 * database. The vault and Azure have none of it.
 * @throws when the database has VMs, policies or events: it must be empty
 */
export async function seedFleet(db: Db, size: FleetSize): Promise<void> {
  const client = await db.pool.connect();
  try {
    await mustBeEmpty(client);
    await client.query("BEGIN");
    await client.query(MEMORY);
    await skipReferenceChecks(client);
    const indexes = await dropIndexes(client);
    for (const part of PARTS) await part(client, size);
    for (const index of indexes) await client.query(index);
    await client.query("COMMIT");
    await client.query("VACUUM ANALYZE");
    client.release();
  } catch (error) {
    // Closing the connection takes everything back.
    client.release(true);
    throw error;
  }
}

/** For a database that may lack its tables: an installation in use must not even be migrated. @throws when it is in use */
export async function mustBeUnused(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await mustBeEmpty(client);
  } finally {
    await client.end();
  }
}

async function mustBeEmpty(client: Pick<ClientBase, "query">): Promise<void> {
  for (const table of ["VirtualMachine", "Policy", "LedgerEvent"]) {
    const found = await client.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", [`"${table}"`]);
    if (found.rowCount === 0) continue;
    const { rowCount } = await client.query(`SELECT 1 FROM "${table}" LIMIT 1`);
    if (rowCount !== 0)
      throw new Error(`The database is in use: its table ${table} has rows. Seed an empty one.`);
  }
}

/** Every reference is computed from the same numbers. A role that may not skip the checks pays for them. */
async function skipReferenceChecks(client: PoolClient): Promise<void> {
  await client.query("SAVEPOINT checks");
  await client
    .query("SET LOCAL session_replication_role = replica")
    .catch(() => client.query("ROLLBACK TO SAVEPOINT checks"));
}

/** Drops the indexes of the large tables, except primary keys, and returns the statements that create them: sorting once is faster. */
async function dropIndexes(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relname = ANY($1) AND t.relnamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY 1`,
    [largeTables],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}

async function owners(client: PoolClient, { policies }: FleetSize): Promise<void> {
  const connection = idSql("connection", "''");
  await client.query(`
    INSERT INTO "AzureConnection" (id, name, source, state, cloud, "tenantId", "authorityHost", "armUrl", "credentialKind")
    VALUES (${connection}, 'fleet', 'portal', 'enabled', 'public', 'fleet', 'https://login.invalid', 'https://arm.invalid',
      'managed-identity')`);
  await client.query(`
    INSERT INTO "Subscription" (id, "tenantId", name, "seenAt", "connectionId")
    SELECT 'fleet-' || n, 'fleet', 'Fleet ' || n, kluis_now(), ${connection} FROM generate_series(0, ${SUBSCRIPTIONS - 1}) n`);
  await client.query(`
    INSERT INTO "Vault" (id, name, kind, source, folder, identity, "keyId", "isDefault")
    VALUES (${idSql("vault", "''")}, 'fleet', 'folder', 'portal', '/fleet', 'fleet', 'fleet',
      NOT EXISTS (SELECT FROM "Vault" WHERE "isDefault"))`);
  await client.query(
    `INSERT INTO "Policy" (id, name, "currentVersion")
    SELECT ${idSql("policy", "n")}, 'fleet-' || lpad(n::text, 3, '0'), 1 FROM generate_series(0, $1::int - 1) n`,
    [policies],
  );
  await client.query(
    `INSERT INTO "PolicyVersion" (id, "policyId", version, document, "createdBy", "createdAt")
    SELECT ${idSql("version", "n")}, ${idSql("policy", "n")}, 1,
      jsonb_set($2::jsonb, '{schedule,times,0}', to_jsonb(${timeSql("n")})), ${actorSql},
      kluis_now() - interval '201 days'
    FROM generate_series(0, $1::int - 1) n`,
    [policies, JSON.stringify(document)],
  );
}

const document: PolicyDocument = {
  schedule: { kind: "daily", times: ["00:00"], timeZone: "UTC" },
  retention: { daily: 9_999 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};

/** The time of day of a policy's backups: policies are spread over the day. */
function timeSql(policy: string): string {
  return `to_char(time '00:00' + (${policy} * 37 % 1440) * interval '1 minute', 'HH24:MI')`;
}

async function machines(client: PoolClient, { vms }: FleetSize): Promise<void> {
  await client.query(
    `INSERT INTO "VirtualMachine" (id, "resourceId", "azureVmId", name, "subscriptionId", "resourceGroup", location, "osType", size,
      "powerState", "agentState", tags, "tagIndex", disks, configuration)
    SELECT ${idSql("vm", "n")}, '/subscriptions/fleet-' || n % ${SUBSCRIPTIONS} || '/resourcegroups/group-' || n % 100 ||
        '/providers/microsoft.compute/virtualmachines/vm-' || n,
      'azure-' || n, 'vm-' || lpad(n::text, 6, '0'), 'fleet-' || n % ${SUBSCRIPTIONS}, 'group-' || n % 100, 'westeurope',
      CASE n % 2 WHEN 0 THEN 'linux' ELSE 'windows' END, 'Standard_D2s_v5', 'running', 'ready',
      jsonb_build_object('costcenter', (n % 50)::text), ARRAY['costcenter=' || n % 50],
      jsonb_build_array(jsonb_build_object('key', 'os', 'name', 'vm-' || n || '-os', 'resourceId', '/disks/vm-' || n || '-os',
        'uniqueId', 'disk-' || n, 'bytes', 137438953472, 'sku', 'Premium_LRS', 'unsupported', NULL)), '{}'
    FROM generate_series(0, $1::int - 1) n`,
    [vms],
  );
}

async function protections(client: PoolClient, { vms, policies }: FleetSize): Promise<void> {
  const atSql = `date_trunc('day', kluis_now(), 'UTC') + ${timeSql("n % $2::int")}::interval`;
  await client.query(
    `INSERT INTO "Protection" (id, "vmId", "policyId", "excludedDisks", since, "scheduledThrough", "nextDueAt", "retentionDueAt",
      "extensionReadyAt")
    SELECT ${idSql("protection", "n")}, ${idSql("vm", "n")}, ${idSql("policy", "n % $2::int")}, '{}',
      kluis_now() - interval '200 days', kluis_now(),
      ${atSql} + CASE WHEN ${atSql} <= kluis_now() + interval '10 minutes' THEN interval '1 day' ELSE interval '0' END,
      kluis_now() + interval '1 hour' + (n % 1380) * interval '1 minute', kluis_now()
    FROM generate_series(0, $1::int - 1) n`,
    [vms, policies],
  );
}
