/** What the dispatcher of transfers reads and records: slots, jobs with parts that wait, and parts that are given to the engines. */
import {
  AGED_AFTER_MS,
  limits,
  type RateSample,
  type RunningTransfer,
  safeBytes,
  type ZonedWindow,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import {
  classRankSql,
  hasPartsSql,
  isMovingSql,
  servedSql,
  teamSql,
  transferClassOf,
  vmSql,
  windowColumns,
  windowSql,
  zonedOf,
} from "./transfer-sql.ts";

/** Slots of the engines that have not ended. */
export async function countSlots(tx: Tx): Promise<number> {
  const { _sum: sum } = await tx.engineProcess.aggregate({
    where: { endedAt: null },
    _sum: { concurrency: true },
  });
  return sum.concurrency ?? 0;
}

/** A version of a policy with a transfer window that binds open backups. */
export interface BoundPolicy extends ZonedWindow {
  readonly versionId: string;
}

const boundRows = z.array(z.object({ versionId: z.string(), kind: z.string(), ...windowColumns }));

/** The windows of the policies of all running transfers. */
export async function listTransferWindows(tx: Tx): Promise<BoundPolicy[]> {
  const rows = await tx.$queryRaw`
    SELECT version.id::text AS "versionId", 'backup' AS kind, ${windowSql} FROM "PolicyVersion" version
    WHERE version.id IN (SELECT DISTINCT j."policyVersionId" FROM "Job" j WHERE ${isMovingSql} AND j.kind = 'backup')
      AND jsonb_typeof(version.document #> '{transfer,window}') = 'object'`;
  return boundRows.parse(rows).flatMap((row) => {
    const zoned = zonedOf(row);
    return zoned === null ? [] : [{ versionId: row.versionId, ...zoned }];
  });
}

const waitingRows = z.array(
  z.object({
    jobId: z.string(),
    kind: z.string(),
    vmId: z.string(),
    team: z.string(),
    deadlineAt: z.date().nullable(),
    firstDeadlineAt: z.date().nullable(),
    servedAt: z.date(),
    waiting: z.number(),
    held: z.number(),
    leftBytes: z.bigint(),
    vault: z.string(),
    subscription: z.string(),
    diskKind: z.string(),
    ...windowColumns,
  }),
);

/** Heads of each class and team that one dispatch reads: more than the rules compare, because some of them are late. */
const HEADS = 64;
/** The longest waits, whatever their deadlines. */
const AGED = 16;

/**
 * Running transfers with parts that wait and that no outage stops: the first ones of each class and team by deadline, with passed
 * deadlines apart, and those that wait for the longest.
 * More than `most` are cut evenly: the restores of many teams leave room for the first backups of each.
 * @param closed versions of policies whose window is closed: their backups are left out, so that they hide no others
 */
export async function listWaitingTransfers(
  tx: Tx,
  closed: readonly string[],
  most: number = limits.dispatchJobsMost,
): Promise<RunningTransfer[]> {
  const isAged = Prisma.sql`(heads.age <= ${AGED} AND heads.served < kluis_now() - ${AGED_AFTER_MS}::float8 * interval '1 ms')`;
  const rows = await tx.$queryRaw`
    WITH open AS (
      SELECT j.id, ${classRankSql} AS rank, coalesce(${teamSql}, '') AS team, ${servedSql} AS served,
        least(j."deadlineAt", j."firstDeadlineAt") AS due, coalesce(j."deadlineAt" < kluis_now(), FALSE) AS passed
      FROM "Job" j LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"
      WHERE ${isMovingSql} AND ${hasPartsSql}
        AND (j.kind <> 'backup' OR j."policyVersionId" IS NULL OR j."policyVersionId" <> ALL(${[...closed]}::uuid[]))
        AND EXISTS (SELECT FROM "JobDisk" disk JOIN "JobSegment" part ON part."jobDiskId" = disk.id
          WHERE disk."jobId" = j.id AND part.state = 'waiting')
    ), heads AS (
      SELECT *, row_number() OVER (PARTITION BY rank, team, passed ORDER BY due NULLS LAST, served, id) AS place,
        row_number() OVER (ORDER BY served, id) AS age FROM open
    )
    SELECT j.id AS "jobId", j.kind, ${vmSql} AS "vmId", heads.team, j."deadlineAt", j."firstDeadlineAt", heads.served AS "servedAt",
      part.waiting, part.held, part."leftBytes", part."diskKind",
      coalesce(j."vaultId"::text, '') AS vault, coalesce(vm."subscriptionId", '') AS subscription, ${windowSql}
    FROM heads JOIN "Job" j ON j.id = heads.id
    JOIN LATERAL (${partsSql}) part ON part.waiting > 0
    LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"
    LEFT JOIN "PolicyVersion" version ON version.id = j."policyVersionId"
    WHERE heads.place <= ${HEADS} OR ${isAged}
    ORDER BY CASE WHEN ${isAged} THEN 0 ELSE heads.place END, heads.rank, heads.passed, heads.due NULLS LAST, j.id
    LIMIT ${most}`;
  return waitingRows.parse(rows).map((row) => {
    const { kind, window: _window, timeZone: _zone, ...rest } = row;
    return {
      ...rest,
      class: transferClassOf(kind),
      leftBytes: safeBytes(row.leftBytes),
      zoned: zonedOf(row),
    };
  });
}

/** Parts of job `j` that wait, those that hold a slot, and the bytes that are left to read. */
export const partsSql = Prisma.sql`
  SELECT coalesce(sum(d.waiting), 0)::int AS waiting, coalesce(sum(d.held), 0)::int AS held,
    coalesce(sum(d.left), 0)::bigint AS "leftBytes", coalesce(min(d.sku), '') AS "diskKind"
  FROM (
    SELECT disk.sku, greatest(0, disk."plannedBytes" - disk."readBytes") AS left,
      (SELECT count(*) FROM "JobSegment" s WHERE s."jobDiskId" = disk.id AND s.state = 'waiting') AS waiting,
      (SELECT count(*) FROM "JobSegment" s WHERE s."jobDiskId" = disk.id AND s.state IN ('handed-out', 'running')) AS held
    FROM "JobDisk" disk WHERE disk."jobId" = j.id AND disk.state <> 'done') d`;

const heldRows = z.array(
  z.object({ kind: z.string(), vmId: z.string(), team: z.string(), held: z.number() }),
);

/** Parts of one class of a VM that hold a slot. */
export interface HeldParts extends Pick<RunningTransfer, "class" | "vmId" | "team"> {
  readonly held: number;
}

/** Parts that hold a slot, by class and VM. */
export async function countHeldByVm(tx: Tx): Promise<HeldParts[]> {
  const rows = await tx.$queryRaw`
    SELECT j.kind, ${vmSql} AS "vmId", coalesce(${teamSql}, '') AS team, sum(held.parts)::int AS held
    FROM (SELECT disk."jobId", count(*) AS parts FROM "JobSegment" part JOIN "JobDisk" disk ON disk.id = part."jobDiskId"
      WHERE part.state IN ('handed-out', 'running') GROUP BY 1) held
    JOIN "Job" j ON j.id = held."jobId" LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"
    WHERE ${isMovingSql} AND ${hasPartsSql} GROUP BY 1, 2, 3`;
  return heldRows.parse(rows).map(({ kind, ...rest }) => ({ class: transferClassOf(kind), ...rest }));
}

export interface SegmentRef {
  readonly diskKey: string;
  readonly segment: number;
}

const refRows = z.array(z.object({ diskKey: z.string(), segment: z.number() }));

/** Marks parts of a job as given to the engines, lowest numbers first, so that all disks of a job move at the same time. */
export async function takeWaitingSegments(
  tx: Tx,
  jobId: string,
  { most, at }: { readonly most: number; readonly at: Date },
): Promise<SegmentRef[]> {
  const rows = await tx.$queryRaw`
    UPDATE "JobSegment" part SET state = 'handed-out' FROM "JobDisk" disk
    WHERE disk.id = part."jobDiskId" AND part.state = 'waiting' AND part.id IN (
      SELECT s.id FROM "JobSegment" s JOIN "JobDisk" d ON d.id = s."jobDiskId"
      WHERE d."jobId" = ${jobId}::uuid AND s.state = 'waiting' ORDER BY s.segment, d."diskKey" LIMIT ${most})
    RETURNING disk."diskKey", part.segment`;
  const taken = refRows.parse(rows);
  if (taken.length > 0) await tx.job.updateMany({ where: { id: jobId }, data: { servedAt: at } });
  return taken;
}

/** Makes parts wait again that have no task any more, in one statement. Those that are done stay so. Returns how many. */
export async function returnSegments(tx: Tx, jobId: string, parts: readonly SegmentRef[]): Promise<number> {
  if (parts.length === 0) return 0;
  return tx.$executeRaw`
    UPDATE "JobSegment" part SET state = 'waiting'
    FROM "JobDisk" disk, unnest(${parts.map(({ diskKey }) => diskKey)}::text[], ${parts.map(({ segment }) => segment)}::int[])
      AS lost("diskKey", segment)
    WHERE disk.id = part."jobDiskId" AND disk."jobId" = ${jobId}::uuid AND disk."diskKey" = lost."diskKey"
      AND part.segment = lost.segment AND part.state IN ('handed-out', 'running')`;
}

/** Counts parts that are given out. Returns the number before them. */
export async function takeTurns(tx: Tx, parts: number): Promise<number> {
  const { transferTurn } = await tx.installation.update({
    where: { id: 1 },
    // The number starts over long before the column ends.
    data: { transferTurn: { increment: parts } },
  });
  if (transferTurn > 1_000_000_000)
    await tx.installation.update({ where: { id: 1 }, data: { transferTurn: 0 } });
  return transferTurn - parts;
}

/** What the dispatcher remembers: parts given out until now, and whether the forecast found more work than fits. */
export async function readTurn(tx: Tx): Promise<{ readonly turn: number; readonly isOverloaded: boolean }> {
  const row = await tx.installation.findUnique({ where: { id: 1 } });
  return { turn: row?.transferTurn ?? 0, isOverloaded: row?.transferOverload ?? false };
}

/** Stores whether the work of all open transfers does not fit before their deadlines. */
export async function setTransferOverload(tx: Tx, isOverloaded: boolean): Promise<void> {
  await tx.installation.updateMany({
    where: { transferOverload: !isOverloaded },
    data: { transferOverload: isOverloaded },
  });
}

const sampleRows = z.array(
  z.object({
    vault: z.string(),
    subscription: z.string(),
    diskKind: z.string(),
    bytes: z.number(),
    ms: z.number(),
  }),
);

/** The rates of the newest moved parts. */
export async function listRateSamples(tx: Tx, most: number): Promise<RateSample[]> {
  const rows = await tx.$queryRaw`
    SELECT coalesce(j."vaultId"::text, '') AS vault, coalesce(vm."subscriptionId", '') AS subscription, disk.sku AS "diskKind",
      coalesce((part.stats ->> 'readBytes')::float8, 0) AS bytes,
      extract(epoch FROM part."endedAt" - part."startedAt")::float8 * 1000 AS ms
    FROM (SELECT * FROM "JobSegment" WHERE state = 'done' AND "startedAt" IS NOT NULL
      AND "endedAt" IS NOT NULL ORDER BY "endedAt" DESC LIMIT ${most}) part
    JOIN "JobDisk" disk ON disk.id = part."jobDiskId" JOIN "Job" j ON j.id = disk."jobId"
    LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId" WHERE j.kind <> 'verify'`;
  return sampleRows.parse(rows);
}
