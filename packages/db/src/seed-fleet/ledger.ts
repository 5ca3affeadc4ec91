/** The ledger of a seeded fleet: the chain of events of the jobs in its history, as a verifier accepts it. */
import { emptyHead, engineActor, type LedgerHead, type LedgerRecord, ledgerDigest } from "@kluis/domain";
import type { PoolClient } from "pg";
import { datedIdSql, type FleetSize, idSql, takenSql } from "./numbers.ts";

/** Jobs whose events one statement writes. */
const BATCH = 5_000;

interface SeededJob {
  readonly id: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly pointId: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** Adds three events for each job: its start, its end, and its point. */
export async function ledger(client: PoolClient, { vms, jobsPerVm }: FleetSize): Promise<void> {
  await client.query(
    `DECLARE jobs NO SCROLL CURSOR FOR
    SELECT ${datedIdSql("job")} AS id, ${idSql("vm", "n")} AS "vmId", 'vm-' || lpad(n::text, 6, '0') AS "vmName",
      ${datedIdSql("point")} AS "pointId", ${takenSql} AS "startedAt", ${takenSql} + interval '10 minutes' AS "endedAt"
    FROM generate_series(0, ${vms - 1}) n, generate_series(0, ${jobsPerVm - 1}) age ORDER BY "startedAt", n`,
  );
  let head: LedgerHead = emptyHead;
  for (;;) {
    const { rows } = await client.query<SeededJob>(`FETCH ${BATCH} FROM jobs`);
    if (rows.length === 0) break;
    const records: LedgerRecord[] = [];
    for (const job of rows) {
      for (const record of eventsOf(head, job)) {
        records.push(record);
        head = record;
      }
    }
    await append(client, records);
  }
  await client.query("CLOSE jobs");
}

function eventsOf(head: LedgerHead, job: SeededJob): LedgerRecord[] {
  const { id, vmId, vmName } = job;
  const ofJob = { type: "job", id, name: `backup of ${vmName}` };
  const ofPoint = { type: "point", id: job.pointId, name: vmName };
  const events = [
    { at: job.startedAt, kind: "job.created", target: ofJob, data: { trigger: "schedule" } },
    { at: job.endedAt, kind: "job.succeeded", target: ofJob, data: { jobId: id } },
    { at: job.endedAt, kind: "point.created", target: ofPoint, data: { jobId: id } },
  ];
  let last = head;
  return events.map(({ at, ...event }) => {
    const body = { ...event, at: at.toISOString(), actor: engineActor, vmId, teamIds: [] };
    const record = { ...body, seq: last.seq + 1, prevDigest: last.digest };
    last = { ...record, digest: ledgerDigest(record) };
    return { ...record, digest: last.digest };
  });
}

async function append(client: PoolClient, records: readonly LedgerRecord[]): Promise<void> {
  await client.query(
    `INSERT INTO "LedgerEvent" (seq, at, kind, actor, target, "teamIds", "vmId", data, "prevDigest", digest)
    SELECT seq, at, kind, actor, target, '{}', "vmId", data, "prevDigest", digest
    FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::jsonb[], $6::uuid[], $7::jsonb[], $8::text[], $9::text[])
      AS event(seq, at, kind, actor, target, "vmId", data, "prevDigest", digest)`,
    [
      records.map(({ seq }) => seq),
      records.map(({ at }) => at),
      records.map(({ kind }) => kind),
      records.map(({ actor }) => JSON.stringify(actor)),
      records.map(({ target }) => JSON.stringify(target)),
      records.map(({ vmId }) => vmId),
      records.map(({ data }) => JSON.stringify(data)),
      records.map(({ prevDigest }) => prevDigest),
      records.map(({ digest }) => digest),
    ],
  );
}
