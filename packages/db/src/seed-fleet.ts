/** Fills a database with a large fleet by set-based SQL, to measure and to check plans. Never for an installation in use. */
import type { PolicyDocument } from "@kluis/domain";
import type { PoolClient } from "pg";
import type { Db } from "./client.ts";

export interface FleetSize {
  readonly vms: number;
  readonly policies: number;
  readonly points: number;
  /** The newest points of each VM whose job, with its steps and decision, is still in the history. */
  readonly jobsPerVm: number;
}

export const bigFleet: FleetSize = { vms: 10_000, policies: 200, points: 1_000_000, jobsPerVm: 20 };

const SUBSCRIPTIONS = 20;
const MEMORY = "SET LOCAL work_mem = '128MB'; SET LOCAL synchronous_commit = off";

/**
 * Adds VMs, policies, protections, points and history. Each VM is backed up once a day at a time of its policy, in UTC; nothing is due
 * when it returns. The vault and Azure have none of it, and neither has the ledger.
 * @throws when the database has VMs
 */
export async function seedFleet(db: Db, size: FleetSize): Promise<void> {
  const client = await db.pool.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM "VirtualMachine" LIMIT 1');
    if (rowCount !== 0) throw new Error("The database has VMs. Seed an empty one.");
    for (const part of [owners, machines, protections, history, points]) {
      await client.query("BEGIN");
      await client.query(MEMORY);
      await skipReferenceChecks(client);
      await part(client, size);
      await client.query("COMMIT");
    }
    await client.query("VACUUM ANALYZE");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Every reference is computed from the same numbers. A role that may not skip the checks pays for them. */
async function skipReferenceChecks(client: PoolClient): Promise<void> {
  await client.query("SAVEPOINT checks");
  await client
    .query("SET LOCAL session_replication_role = replica")
    .catch(() => client.query("ROLLBACK TO SAVEPOINT checks"));
}

/** An id that other statements can compute: the version and variant of a random UUID. */
function idSql(kind: string, number: string): string {
  return `overlay(overlay(md5('${kind}' || ${number}) placing '4' from 13) placing '8' from 17)::uuid`;
}

const actor = `'{"kind": "engine", "name": "Kluis"}'::jsonb`;

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
    `INSERT INTO "PolicyVersion" (id, "policyId", version, document, "createdBy")
    SELECT ${idSql("version", "n")}, ${idSql("policy", "n")}, 1,
      jsonb_set($2::jsonb, '{schedule,times,0}', to_jsonb(${timeSql("n")})), ${actor}
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

/** A point of a VM: `n` is the VM, `age` counts its points from the newest, one a day. */
const takenSql = `kluis_now() - interval '1 hour' - age * interval '1 day' - (n % 1440) * interval '1 minute'`;
const pointNumber = "n || '-' || age";

async function history(client: PoolClient, { vms, policies, jobsPerVm }: FleetSize): Promise<void> {
  const series = "generate_series(0, $1::int - 1) n, generate_series(0, $2::int - 1) age";
  const given = [vms, jobsPerVm];
  await client.query(
    `INSERT INTO "Job" (id, kind, state, "vmId", "policyVersionId", trigger, actor, memory, stage, attempt, "dueAt", "deadlineAt",
      "createdAt", "startedAt", "endedAt", "vaultId", "segmentsGone")
    SELECT ${idSql("job", pointNumber)}, 'backup', 'succeeded', ${idSql("vm", "n")}, ${idSql("version", `n % ${policies}`)},
      'schedule', ${actor}, '{}', 'done', 1, ${takenSql}, ${takenSql} + interval '1 day', ${takenSql}, ${takenSql},
      ${takenSql} + interval '10 minutes', ${idSql("vault", "''")}, age > 0
    FROM ${series}`,
    given,
  );
  await client.query(
    `INSERT INTO "JobStep" (id, "jobId", name, ordinal, state, message, "startedAt", "endedAt")
    SELECT gen_random_uuid(), ${idSql("job", pointNumber)}, step.name, step.ordinal, 'done', 'Done.', ${takenSql}, ${takenSql}
    FROM ${series}, unnest(ARRAY['prepare', 'snapshot', 'transfer', 'seal']) WITH ORDINALITY step(name, ordinal)`,
    given,
  );
  await client.query(
    `INSERT INTO "JobDisk" (id, "jobId", "diskKey", name, "resourceId", "diskBytes", state)
    SELECT ${idSql("jobdisk", pointNumber)}, ${idSql("job", pointNumber)}, 'os', 'vm-' || n || '-os', '/disks/vm-' || n, 137438953472,
      'done' FROM ${series}`,
    given,
  );
  await client.query(
    `INSERT INTO "JobSegment" (id, "jobDiskId", segment, state, extents)
    SELECT gen_random_uuid(), ${idSql("jobdisk", pointNumber)}, segment, 'done', '[]'
    FROM ${series}, generate_series(0, 3) segment WHERE age = 0`,
    given,
  );
  await client.query(
    `INSERT INTO "Occurrence" (id, "protectionId", "dueAt", "policyVersionId", state, "jobId")
    SELECT gen_random_uuid(), ${idSql("protection", "n")}, ${takenSql}, ${idSql("version", `n % ${policies}`)}, 'started',
      ${idSql("job", pointNumber)} FROM ${series}`,
    given,
  );
}

async function points(client: PoolClient, { vms, policies, points: total }: FleetSize): Promise<void> {
  const series = "generate_series(0, $2::int) age, generate_series(0, $1::int - 1) n";
  // The last day may be partly filled.
  const where = "age * $1::int + n < $3::int";
  const given = [vms, Math.ceil(total / vms) - 1, total];
  await client.query(
    `INSERT INTO "RecoveryPoint" (id, "vmId", "vaultId", "jobId", "policyVersionId", trigger, actor, "vmFacts", "occurrenceDueAt",
      "takenAt", "snapshotStartedAt", "snapshotEndedAt", "snapshotRemovedAt", "transferStartedAt", "transferEndedAt", "createdAt",
      "consistencyWanted", "consistencyReached", "azureConsistency", "deadlineAt", "deadlineMet", "logicalBytes", "allocatedBytes",
      "readBytes", "changedBytes", "movedBytes", "storedBytes", "chunksNew", "chunksReused", "manifestDigest", "keyId", tiers)
    SELECT ${idSql("point", pointNumber)}, ${idSql("vm", "n")}, ${idSql("vault", "''")}, ${idSql("job", pointNumber)},
      ${idSql("version", `n % ${policies}`)}, 'schedule', ${actor}, jsonb_build_object('name', 'vm-' || lpad(n::text, 6, '0')),
      ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql} + interval '10 minutes',
      ${takenSql} + interval '10 minutes', 'application', 'application', 'ApplicationConsistent', ${takenSql} + interval '1 day',
      TRUE, 137438953472, 34359738368, 1073741824, 1073741824, 536870912, 268435456, 64, 8, md5(${pointNumber}), 'fleet',
      CASE age WHEN 0 THEN ARRAY['latest', 'daily'] ELSE ARRAY['daily'] END
    FROM ${series} WHERE ${where}`,
    given,
  );
  await client.query(
    `INSERT INTO "RecoveryPointDisk" (id, "pointId", "diskKey", name, "resourceId", "diskUniqueId", sku, "diskBytes", "rootDigest",
      "deltaMethod", "allocatedBytes", "readBytes", "changedBytes", "movedBytes", "storedBytes")
    SELECT gen_random_uuid(), ${idSql("point", pointNumber)}, 'os', 'vm-' || n || '-os', '/disks/vm-' || n || '-os', 'disk-' || n,
      'Premium_LRS', 137438953472, md5(${pointNumber}), 'changed-ranges', 34359738368, 1073741824, 1073741824, 536870912, 268435456
    FROM ${series} WHERE ${where}`,
    given,
  );
}
