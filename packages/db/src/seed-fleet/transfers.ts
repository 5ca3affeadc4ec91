/** Open transfers of a seeded fleet: backups whose snapshot is complete and whose parts wait for a slot. */
import type { Db } from "../client.ts";
import { actorSql, idSql } from "./numbers.ts";

/** Parts of each seeded transfer that wait. */
const WAITING_PARTS = 4;

/**
 * Adds one engine with `slots` slots, and an open transfer with waiting parts for each of the first VMs. Deadlines are spread over
 * the next day. The same number gives the same rows.
 */
export async function seedTransfers(
  db: Db,
  { vms, policies, slots }: { readonly vms: number; readonly policies: number; readonly slots: number },
): Promise<void> {
  const { pool } = db;
  await pool.query(
    `INSERT INTO "EngineProcess" (id, "lockKey", hostname, pid, version, concurrency)
    VALUES (${idSql("engine", "''")}, -1, 'fleet', 1, 'fleet', $1)`,
    [slots],
  );
  await pool.query(
    `INSERT INTO "Job" (id, kind, state, "vmId", "policyVersionId", trigger, actor, stage, attempt, "dueAt", "deadlineAt",
      "createdAt", "startedAt", "capturedAt", "vaultId")
    SELECT ${idSql("open", "n")}, 'backup', 'running', ${idSql("vm", "n")}, ${idSql("version", `n % ${policies}`)}, 'schedule',
      ${actorSql}, 'transfer', 1, kluis_now(), kluis_now() + n % 1440 * interval '1 minute', kluis_now(), kluis_now(),
      kluis_now(), ${idSql("vault", "''")}
    FROM generate_series(0, $1::int - 1) n`,
    [vms],
  );
  await pool.query(
    `INSERT INTO "JobDisk" (id, "jobId", "diskKey", name, "resourceId", sku, "diskBytes", state, "plannedBytes")
    SELECT ${idSql("opendisk", "n")}, ${idSql("open", "n")}, 'os', 'vm-' || n || '-os', '/disks/vm-' || n, 'Premium_LRS',
      137438953472, 'waiting', ${WAITING_PARTS} * 1073741824::bigint FROM generate_series(0, $1::int - 1) n`,
    [vms],
  );
  await pool.query(
    `INSERT INTO "JobSegment" (id, "jobDiskId", segment, extents)
    SELECT ${idSql("openpart", "n || '-' || part")}, ${idSql("opendisk", "n")}, part, '[]'
    FROM generate_series(0, $1::int - 1) n, generate_series(0, ${WAITING_PARTS - 1}) part`,
    [vms],
  );
  await pool.query('VACUUM ANALYZE "Job"');
  await pool.query('VACUUM ANALYZE "JobDisk"');
  await pool.query('VACUUM ANALYZE "JobSegment"');
}
