/** The part of a seeded fleet that grows with every backup: jobs with their rows, resources, points. */
import type { PoolClient } from "pg";
import { actorSql, datedIdSql, type FleetSize, idSql, movedSql, takenSql } from "./numbers.ts";

/** Tables that grow without a bound other than time. No repeated query may read one whole. */
export const largeTables: readonly string[] = [
  "AzureResource",
  "Job",
  "JobDisk",
  "JobSegment",
  "JobStep",
  "LedgerEvent",
  "Occurrence",
  "RecoveryPoint",
  "RecoveryPointDisk",
  "VaultChunk",
  "VaultPack",
];

/** The oldest backup first, as they were taken. `$1`: VMs, `$2`: backups of each. */
const seriesSql = "generate_series($2::int - 1, 0, -1) age, generate_series(0, $1::int - 1) n";

export async function history(client: PoolClient, { vms, policies, jobsPerVm }: FleetSize): Promise<void> {
  const series = seriesSql;
  const given = [vms, jobsPerVm];
  await client.query(
    `INSERT INTO "Job" (id, kind, state, "vmId", "policyVersionId", trigger, actor, memory, stage, attempt, "dueAt", "deadlineAt",
      "createdAt", "startedAt", "endedAt", "vaultId", "segmentsGone", "deadlineMet")
    SELECT ${datedIdSql("job")}, 'backup', 'succeeded', ${idSql("vm", "n")}, ${idSql("version", `n % ${policies}`)},
      'schedule', ${actorSql}, '{}', 'done', 1, ${takenSql}, ${takenSql} + interval '1 day', ${takenSql}, ${takenSql},
      ${takenSql} + interval '10 minutes', ${idSql("vault", "''")}, age > 0, TRUE
    FROM ${series}`,
    given,
  );
  await client.query(
    `INSERT INTO "JobStep" (id, "jobId", name, ordinal, state, message, "startedAt", "endedAt")
    SELECT ${datedIdSql("step", "step.name")}, ${datedIdSql("job")}, step.name, step.ordinal, 'done', 'Done.', ${takenSql}, ${takenSql}
    FROM ${series}, unnest(ARRAY['prepare', 'snapshot', 'transfer', 'seal']) WITH ORDINALITY step(name, ordinal)`,
    given,
  );
  await client.query(
    `INSERT INTO "JobDisk" (id, "jobId", "diskKey", name, "resourceId", "diskBytes", state)
    SELECT ${datedIdSql("jobdisk")}, ${datedIdSql("job")}, 'os', 'vm-' || n || '-os', '/disks/vm-' || n, 137438953472,
      'done' FROM ${series}`,
    given,
  );
  await client.query(
    `INSERT INTO "JobSegment" (id, "jobDiskId", segment, state, extents, stats, "startedAt", "endedAt")
    SELECT ${datedIdSql("segment", "segment")}, ${datedIdSql("jobdisk")}, segment, 'done', '[]', '{"readBytes": 268435456}',
      ${takenSql}, ${takenSql} + (segment + 1) * interval '2 minutes'
    FROM ${series}, generate_series(0, 3) segment WHERE age = 0`,
    given,
  );
  await client.query(
    `INSERT INTO "Occurrence" (id, "protectionId", "dueAt", "policyVersionId", state, "jobId")
    SELECT ${datedIdSql("occurrence")}, ${idSql("protection", "n")}, ${takenSql}, ${idSql("version", `n % ${policies}`)}, 'started',
      ${datedIdSql("job")} FROM ${series}`,
    given,
  );
}

/** What the newest backups have left in Azure and in the vault: restore points that were removed, packs and chunks. */
export async function resources(client: PoolClient, { vms, jobsPerVm }: FleetSize): Promise<void> {
  await client.query(
    `INSERT INTO "AzureResource" (id, "jobId", "vmId", kind, "resourceId", state, wanted, "createdAt", "removedAt")
    SELECT ${datedIdSql("resource")}, ${datedIdSql("job")}, ${idSql("vm", "n")}, 'restore-point',
      '/collections/vm-' || n || '/restorepoints/' || age, 'removed', 'removed', ${takenSql}, ${takenSql} + interval '10 minutes'
    FROM ${seriesSql}`,
    [vms, jobsPerVm],
  );
  const newest = "(SELECT 0 AS age) newest, generate_series(0, $1::int - 1) n";
  await client.query(
    `INSERT INTO "VaultPack" ("vaultId", "packId", bytes, "createdAt", "jobId")
    SELECT ${idSql("vault", "''")}, 'pack-' || n, 8388608, ${takenSql}, ${datedIdSql("job")} FROM ${newest}`,
    [vms],
  );
  await client.query(
    `INSERT INTO "VaultChunk" (digest, vault, pack, "offset", length)
    SELECT decode(md5(n || '-' || chunk), 'hex'), v.number, p.number, chunk * 1048576, 524288
    FROM generate_series(0, $1::int - 1) n, generate_series(0, 7) chunk,
      LATERAL (SELECT number FROM "VaultPack" WHERE "vaultId" = ${idSql("vault", "''")} AND "packId" = 'pack-' || n) p,
      LATERAL (SELECT number FROM "Vault" WHERE id = ${idSql("vault", "''")}) v`,
    [vms],
  );
}

export async function points(client: PoolClient, { vms, policies, points: total }: FleetSize): Promise<void> {
  const series = "generate_series($2::int, 0, -1) age, generate_series(0, $1::int - 1) n";
  // The last day may be partly filled.
  const where = "age * $1::int + n < $3::int";
  const given = [vms, Math.ceil(total / vms) - 1, total];
  await client.query(
    `INSERT INTO "RecoveryPoint" (id, "vmId", "vaultId", "jobId", "policyVersionId", trigger, actor, "vmFacts", "occurrenceDueAt",
      "takenAt", "snapshotStartedAt", "snapshotEndedAt", "snapshotRemovedAt", "transferStartedAt", "transferEndedAt", "createdAt",
      "consistencyWanted", "consistencyReached", "azureConsistency", "deadlineAt", "deadlineMet", "logicalBytes", "allocatedBytes",
      "readBytes", "changedBytes", "movedBytes", "storedBytes", "chunksNew", "chunksReused", "manifestDigest", "keyId", tiers, "expiresAt")
    SELECT ${datedIdSql("point")}, ${idSql("vm", "n")}, ${idSql("vault", "''")}, ${datedIdSql("job")},
      ${idSql("version", `n % ${policies}`)}, 'schedule', ${actorSql}, jsonb_build_object('name', 'vm-' || lpad(n::text, 6, '0')),
      ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql}, ${takenSql} + interval '10 minutes',
      ${takenSql} + interval '10 minutes', 'application', 'application', 'ApplicationConsistent', ${takenSql} + interval '1 day',
      TRUE, 137438953472, 34359738368, 1073741824, 1073741824, ${movedSql}, 268435456, 64, 8, md5(n || '-' || age), 'fleet',
      CASE age WHEN 0 THEN ARRAY['latest', 'daily'] ELSE ARRAY['daily'] END,
      CASE WHEN age > 0 THEN date_trunc('day', ${takenSql}, 'UTC') + interval '9999 days' END
    FROM ${series} WHERE ${where}`,
    given,
  );
  await client.query(
    `INSERT INTO "RecoveryPointDisk" (id, "pointId", "diskKey", name, "resourceId", "diskUniqueId", sku, "diskBytes", "rootDigest",
      "deltaMethod", "allocatedBytes", "readBytes", "changedBytes", "movedBytes", "storedBytes")
    SELECT ${datedIdSql("pointdisk")}, ${datedIdSql("point")}, 'os', 'vm-' || n || '-os', '/disks/vm-' || n || '-os', 'disk-' || n,
      'Premium_LRS', 137438953472, md5(n || '-' || age), 'changed-ranges', 34359738368, 1073741824, 1073741824, ${movedSql}, 268435456
    FROM ${series} WHERE ${where}`,
    given,
  );
  // The triggers that add up the points may be off.
  await client.query('TRUNCATE "VmPoints"');
  await client.query(`
    INSERT INTO "VmPoints" SELECT "vmId", count(*), sum("logicalBytes"), sum("storedBytes") FROM "RecoveryPoint" GROUP BY "vmId"`);
}
