import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readMigrations } from "../migrate.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";

const states = ["available", "damaged", "soft-deleted", "deleting", "deleted"];
let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  client = await connect();
  // Only the triggers matter here: points need no rows beside them.
  await client.query(`ALTER TABLE "RecoveryPoint" DROP CONSTRAINT "RecoveryPoint_vmId_fkey",
    DROP CONSTRAINT "RecoveryPoint_vaultId_fkey", DROP CONSTRAINT "RecoveryPoint_deleted"`);
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

async function connect(): Promise<pg.Client> {
  const one = new pg.Client({ connectionString: database.url });
  await one.connect();
  return one;
}

interface Point {
  readonly vmId: string;
  readonly state: string;
  readonly bytes: number;
}

async function insert(by: pg.Client, points: readonly Point[]): Promise<void> {
  await by.query(
    `INSERT INTO "RecoveryPoint" (id, "vmId", "vaultId", "jobId", state, trigger, actor, "vmFacts", "takenAt", "snapshotStartedAt",
      "snapshotEndedAt", "transferStartedAt", "transferEndedAt", "consistencyWanted", "consistencyReached", "azureConsistency",
      "logicalBytes", "allocatedBytes", "readBytes", "changedBytes", "movedBytes", "storedBytes", "chunksNew", "chunksReused",
      "manifestDigest", "keyId")
    SELECT gen_random_uuid(), p."vmId", gen_random_uuid(), gen_random_uuid(), p.state, 'manual', '{}', '{}', now(), now(), now(),
      now(), now(), 'crash', 'crash', 'CrashConsistent', p.bytes * 3, 0, 0, 0, 0, p.bytes, 0, 0, '', ''
    FROM jsonb_to_recordset($1::jsonb) AS p("vmId" uuid, state text, bytes bigint)`,
    [JSON.stringify(points)],
  );
}

/** The sums that are kept beside those that the points have now; a VM without points counts as one without a row. */
async function sums(): Promise<{ readonly kept: unknown[]; readonly added: unknown[] }> {
  const columns = `"vmId", points::int, "logicalBytes"::text AS logical, "storedBytes"::text AS stored`;
  const kept = await client.query(`SELECT ${columns} FROM "VmPoints"
    WHERE points <> 0 OR "logicalBytes" <> 0 OR "storedBytes" <> 0 ORDER BY "vmId"`);
  const added = await client.query(`SELECT ${columns} FROM (
      SELECT "vmId", count(*) AS points, sum("logicalBytes") AS "logicalBytes", sum("storedBytes") AS "storedBytes"
      FROM "RecoveryPoint" WHERE state IN ('available', 'damaged') GROUP BY "vmId") s ORDER BY "vmId"`);
  return { kept: kept.rows, added: added.rows };
}

/** As `sums`, over the points that can be brought back. */
async function softSums(): Promise<{ readonly kept: unknown[]; readonly added: unknown[] }> {
  const kept =
    await client.query(`SELECT "vmId", "softDeletedPoints" AS points, "softDeletedBytes"::text AS stored
    FROM "VmPoints" WHERE "softDeletedPoints" <> 0 OR "softDeletedBytes" <> 0 ORDER BY "vmId"`);
  const added = await client.query(`SELECT "vmId", count(*)::int AS points, sum("storedBytes")::text AS stored
    FROM "RecoveryPoint" WHERE state = 'soft-deleted' GROUP BY "vmId" ORDER BY "vmId"`);
  return { kept: kept.rows, added: added.rows };
}

/** Numbers that are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let last = seed;
  return (below) => {
    last = (Math.imul(last, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((last / 2 ** 32) * below);
  };
}

test.each([1, 2, 3])("the sums of each VM equal its points after any changes (seed %i)", async (seed) => {
  const next = numbers(seed);
  const vms = Array.from({ length: 4 }, () => randomUUID());
  const vm = () => vms[next(vms.length)] ?? "";
  const state = () => states[next(states.length)] ?? "";
  const one = `id IN (SELECT id FROM "RecoveryPoint" ORDER BY md5(id::text || $1) LIMIT 3)`;
  const changes = [
    () =>
      insert(
        client,
        [1, 2, 3, 4].map(() => ({ vmId: vm(), state: state(), bytes: next(1_000_000) })),
      ),
    () => client.query(`UPDATE "RecoveryPoint" SET state = $2 WHERE ${one}`, [`${next(99)}`, state()]),
    () => client.query(`UPDATE "RecoveryPoint" SET "vmId" = $2 WHERE ${one}`, [`${next(99)}`, vm()]),
    () =>
      client.query(`UPDATE "RecoveryPoint" SET "storedBytes" = $2, state = $3, "vmId" = $4 WHERE ${one}`, [
        `${next(99)}`,
        next(1_000_000),
        state(),
        vm(),
      ]),
    () => client.query(`DELETE FROM "RecoveryPoint" WHERE ${one}`, [`${next(99)}`]),
  ];
  for (let round = 0; round < 40; round += 1) {
    // Half of the transactions do not happen.
    await client.query("BEGIN");
    await (round < 3 ? changes[0] : changes[next(changes.length)])?.();
    await client.query(round < 3 || next(2) === 0 ? "COMMIT" : "ROLLBACK");
  }
  const before = await sums();
  expect(before.added.length).toBeGreaterThan(0);
  expect(before.kept).toEqual(before.added);
  const soft = await softSums();
  expect(soft.added.length).toBeGreaterThan(0);
  expect(soft.kept).toEqual(soft.added);
  // All points of a VM at once, as its removal would take them.
  await client.query(`DELETE FROM "RecoveryPoint" WHERE "vmId" = $1`, [vms[0]]);
  const after = await sums();
  expect(after.kept).toEqual(after.added);
});

test("the migration counts a point once that another transaction inserts meanwhile", async () => {
  const migration = (await readMigrations()).find(({ name }) => name.endsWith("_cheap_lists"));
  const sql = migration?.sql ?? "";
  for (const [, index] of sql.matchAll(/CREATE INDEX ("\w+")/gu)) await client.query(`DROP INDEX ${index}`);
  await client.query(`DROP FUNCTION "kluis_sum_points" CASCADE`);
  await client.query(`DROP TABLE "VmPoints"`);
  const vmId = randomUUID();
  await insert(client, [{ vmId, state: "available", bytes: 10 }]);
  const writer = await connect();
  const upgrade = await connect();
  try {
    await writer.query("BEGIN");
    await insert(writer, [{ vmId, state: "available", bytes: 20 }]);
    await upgrade.query("BEGIN");
    const migrated = upgrade.query(sql);
    await expect
      .poll(
        async () =>
          (
            await client.query(
              "SELECT FROM pg_locks WHERE NOT granted AND relation = '\"RecoveryPoint\"'::regclass",
            )
          ).rowCount,
      )
      .toBeGreaterThan(0);
    await insert(writer, [{ vmId, state: "damaged", bytes: 40 }]);
    await writer.query("COMMIT");
    await migrated;
    // Writers wait for the migration from its first statement on.
    const waiting = insert(writer, [{ vmId, state: "available", bytes: 80 }]);
    await upgrade.query("COMMIT");
    await waiting;
  } finally {
    await writer.end();
    await upgrade.end();
  }
  const { kept, added } = await sums();
  expect(kept).toEqual([{ vmId, points: 4, logical: "450", stored: "150" }]);
  expect(kept).toEqual(added);
});
