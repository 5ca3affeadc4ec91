/**
 * History that expires: rows about work that ended long ago. Evidence stays: recovery points, and the ledger, which has the events of
 * every job.
 */
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";

/** A place in the order of rows by time. */
export interface HistoryPlace {
  readonly at: Date;
  readonly id: string;
}

export interface HistoryPage {
  /** Only rows before this time. */
  readonly before: Date;
  readonly after: HistoryPlace | null;
  readonly limit: number;
}

export interface ExpiredJob extends HistoryPlace {
  readonly kind: string;
}

/** Ended jobs that still have segments, the oldest first. */
export async function listJobsWithSegments(tx: Tx, page: HistoryPage): Promise<ExpiredJob[]> {
  return jobsOf(
    await tx.$queryRaw`SELECT j.id, j.kind, j."endedAt" AS at FROM "Job" j
      WHERE NOT j."segmentsGone" AND j."endedAt" IS NOT NULL AND j."endedAt" < ${page.before}
        ${behind(Prisma.sql`(j."endedAt", j.id)`, page)}
      ORDER BY j."endedAt", j.id LIMIT ${page.limit}`,
  );
}

/** Ended jobs, the oldest first. */
export async function listEndedJobs(tx: Tx, page: HistoryPage): Promise<ExpiredJob[]> {
  return jobsOf(
    await tx.$queryRaw`SELECT j.id, j.kind, j."endedAt" AS at FROM "Job" j
      WHERE j."endedAt" < ${page.before} ${behind(Prisma.sql`(j."endedAt", j.id)`, page)}
      ORDER BY j."endedAt", j.id LIMIT ${page.limit}`,
  );
}

/** Ended bulk actions, the oldest first. */
export async function listEndedBulk(tx: Tx, page: HistoryPage): Promise<HistoryPlace[]> {
  const rows = await tx.$queryRaw`SELECT b.id, b."endedAt" AS at FROM "BulkAction" b
    WHERE b."endedAt" < ${page.before} ${behind(Prisma.sql`(b."endedAt", b.id)`, page)}
    ORDER BY b."endedAt", b.id LIMIT ${page.limit}`;
  return z.array(z.object({ id: z.string(), at: z.date() })).parse(rows);
}

/** Decisions about planned backups, the oldest first. */
export async function listOldOccurrences(tx: Tx, page: HistoryPage): Promise<HistoryPlace[]> {
  const rows = await tx.$queryRaw`SELECT o.id, o."dueAt" AS at FROM "Occurrence" o
    WHERE o."dueAt" < ${page.before} ${behind(Prisma.sql`(o."dueAt", o.id)`, page)}
    ORDER BY o."dueAt", o.id LIMIT ${page.limit}`;
  return z.array(z.object({ id: z.string(), at: z.date() })).parse(rows);
}

function behind(order: Prisma.Sql, { after }: HistoryPage): Prisma.Sql {
  return after === null ? Prisma.empty : Prisma.sql`AND ${order} > (${after.at}, ${after.id}::uuid)`;
}

function jobsOf(rows: unknown): ExpiredJob[] {
  return z.array(z.object({ id: z.string(), kind: z.string(), at: z.date() })).parse(rows);
}

/** Removes the segments of ended jobs. Their disks keep their sums. */
export async function removeSegments(tx: Tx, jobIds: readonly string[]): Promise<void> {
  const ids = [...jobIds];
  await tx.$executeRaw`
    DELETE FROM "JobSegment" s USING "JobDisk" d, "Job" j
    WHERE j.id = ANY(${ids}::uuid[]) AND j."endedAt" IS NOT NULL AND d."jobId" = j.id AND s."jobDiskId" = d.id`;
  await tx.$executeRaw`
    UPDATE "Job" SET "segmentsGone" = TRUE
    WHERE id = ANY(${ids}::uuid[]) AND "endedAt" IS NOT NULL AND NOT "segmentsGone"`;
}

/** Whether event `e` records the end of job `j`. The ledger is read by VM and time, because both have an index. */
const recordsEnd = Prisma.sql`e.at BETWEEN j."endedAt" - interval '1 hour' AND j."endedAt" + interval '1 hour'
  AND e.data ->> 'jobId' = j.id::text`;

/**
 * Removes ended jobs with their steps and disks. The newest ended backup of a VM stays, because the status of the VM depends on it, and
 * so does a job whose end the ledger does not have. What reports need of a job moves to its recovery point.
 * @returns how many were removed
 */
export async function removeEndedJobs(tx: Tx, jobIds: readonly string[]): Promise<number> {
  const rows = await tx.$queryRaw`
    SELECT j.id FROM "Job" j WHERE j.id = ANY(${[...jobIds]}::uuid[]) AND j."endedAt" IS NOT NULL
      AND (j.kind <> 'backup' OR j."vmId" IS NULL OR EXISTS (SELECT FROM "Job" newer
        WHERE newer."vmId" = j."vmId" AND newer.kind = 'backup' AND newer."createdAt" > j."createdAt"
          AND newer."endedAt" IS NOT NULL))
      AND CASE WHEN j."vmId" IS NULL
        THEN EXISTS (SELECT FROM "LedgerEvent" e WHERE e."vmId" IS NULL AND ${recordsEnd})
        ELSE EXISTS (SELECT FROM "LedgerEvent" e WHERE e."vmId" = j."vmId" AND ${recordsEnd}) END
    ORDER BY j.id FOR UPDATE OF j`;
  const ids = z
    .array(z.object({ id: z.string() }))
    .parse(rows)
    .map(({ id }) => id);
  if (ids.length === 0) return 0;
  await tx.$executeRaw`
    UPDATE "RecoveryPoint" r SET "vmFacts" = r."vmFacts" || jsonb_build_object('excludedDisks', j.memory -> 'excluded')
    FROM "Job" j WHERE j.id = ANY(${ids}::uuid[]) AND r."jobId" = j.id
      AND jsonb_typeof(j.memory -> 'excluded') = 'array'`;
  return tx.$executeRaw`DELETE FROM "Job" WHERE id = ANY(${ids}::uuid[])`;
}

/** Removes ended bulk actions with their items. The ledger keeps what they did. */
export async function removeBulk(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM "BulkAction" WHERE id = ANY(${[...ids]}::uuid[]) AND "endedAt" IS NOT NULL`;
}

export async function removeOccurrences(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM "Occurrence" WHERE id = ANY(${[...ids]}::uuid[])`;
}
