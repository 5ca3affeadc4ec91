/** What the dispatcher of transfers reads and records: slots, jobs with parts that wait, and parts that are given to the engines. */
import {
  limits,
  type RateSample,
  safeBytes,
  type TransferClass,
  type TransferWindow,
  timeZoneSchema,
  transferWindowSchema,
} from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

/** Slots of the engines that have not ended. */
export async function countSlots(tx: Tx): Promise<number> {
  const { _sum: sum } = await tx.engineProcess.aggregate({
    where: { endedAt: null },
    _sum: { concurrency: true },
  });
  return sum.concurrency ?? 0;
}

/** A job with parts that wait. */
export interface WaitingTransfer {
  readonly jobId: string;
  readonly class: Extract<TransferClass, "restore" | "backup">;
  readonly vmId: string;
  /** The first team that reaches the VM; empty for a VM without a team. */
  readonly team: string;
  readonly deadlineAt: Date | null;
  readonly servedAt: Date;
  readonly waiting: number;
  readonly held: number;
  readonly leftBytes: number;
  readonly vault: string;
  readonly subscription: string;
  readonly diskKind: string;
  /** The window of the job's policy and its zone. Null: data may move at any time. */
  readonly zoned: { readonly window: TransferWindow; readonly timeZone: string } | null;
}

const waitingRows = z.array(
  z.object({
    jobId: z.string(),
    kind: z.string(),
    vmId: z.string(),
    team: z.string().nullable(),
    deadlineAt: z.date().nullable(),
    servedAt: z.date(),
    waiting: z.number(),
    held: z.number(),
    leftBytes: z.bigint(),
    vault: z.string(),
    subscription: z.string(),
    diskKind: z.string(),
    // A window that cannot be read binds no transfer: a backup at the wrong time is better than none.
    window: transferWindowSchema.nullable().catch(null),
    timeZone: timeZoneSchema.nullable().catch(null),
  }),
);

/** Running transfers with parts that wait, restores first, then by deadline. An outage does not stop them at this moment. */
export async function listWaitingTransfers(tx: Tx): Promise<WaitingTransfer[]> {
  const rows = await tx.$queryRaw`
    SELECT j.id AS "jobId", j.kind, coalesce(j."vmId"::text, j.id::text) AS "vmId", j."deadlineAt",
      coalesce(j."servedAt", j."capturedAt", j."startedAt", j."createdAt") AS "servedAt",
      part.waiting, part.held, part."leftBytes", part."diskKind",
      coalesce(j."vaultId"::text, '') AS vault, coalesce(vm."subscriptionId", '') AS subscription,
      (SELECT min(scope."teamId"::text) FROM "TeamScope" scope
        WHERE (scope."subscriptionId" IS NULL OR lower(scope."subscriptionId") = lower(vm."subscriptionId"))
        AND CASE scope.kind
          WHEN 'subscription' THEN scope."subscriptionId" IS NOT NULL
          WHEN 'resource-group' THEN lower(scope."resourceGroup") = lower(vm."resourceGroup")
          WHEN 'tag' THEN EXISTS (SELECT 1 FROM jsonb_each_text(vm.tags) AS tag
            WHERE lower(tag.key) = lower(scope."tagName") AND tag.value = scope."tagValue")
          ELSE FALSE END) AS team,
      policy.document #> '{transfer,window}' AS window, policy.document #>> '{schedule,timeZone}' AS "timeZone"
    FROM "Job" j
    JOIN LATERAL (
      SELECT sum(d.waiting)::int AS waiting, sum(d.held)::int AS held, sum(d.left)::bigint AS "leftBytes",
        min(d.sku) AS "diskKind"
      FROM (
        SELECT disk.sku, greatest(0, disk."plannedBytes" - disk."readBytes") AS left,
          (SELECT count(*) FROM "JobSegment" s WHERE s."jobDiskId" = disk.id AND s.state = 'waiting') AS waiting,
          (SELECT count(*) FROM "JobSegment" s WHERE s."jobDiskId" = disk.id AND s.state IN ('handed-out', 'running')) AS held
        FROM "JobDisk" disk WHERE disk."jobId" = j.id AND disk.state <> 'done') d
    ) part ON part.waiting > 0
    LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"
    LEFT JOIN "PolicyVersion" policy ON policy.id = j."policyVersionId"
    WHERE j.state = 'running' AND j.stage = 'transfer' AND j.error IS NULL AND j."cancelAskedAt" IS NULL
      AND (j."parkedUntil" IS NULL OR j."parkedUntil" <= kluis_now())
    ORDER BY j.kind = 'backup', j."deadlineAt" NULLS LAST, j.id
    LIMIT ${limits.dispatchJobsMost}`;
  return waitingRows.parse(rows).map(({ kind, team, leftBytes, window, timeZone, ...row }) => ({
    ...row,
    class: kind === "backup" ? "backup" : "restore",
    team: team ?? "",
    leftBytes: safeBytes(leftBytes),
    zoned: kind !== "backup" || window === null || timeZone === null ? null : { window, timeZone },
  }));
}

const heldRows = z.array(z.object({ vmId: z.string(), team: z.string().nullable(), held: z.number() }));

/** Parts that have a task, by VM. */
export async function countHeldByVm(tx: Tx): Promise<{ readonly vmId: string; readonly held: number }[]> {
  const rows = await tx.$queryRaw`
    SELECT coalesce(j."vmId"::text, j.id::text) AS "vmId", NULL AS team, count(*)::int AS held
    FROM "JobSegment" part JOIN "JobDisk" disk ON disk.id = part."jobDiskId" JOIN "Job" j ON j.id = disk."jobId"
    WHERE part.state IN ('handed-out', 'running') AND j.state = 'running' AND j.error IS NULL
      AND j."cancelAskedAt" IS NULL AND (j."parkedUntil" IS NULL OR j."parkedUntil" <= kluis_now())
    GROUP BY 1`;
  return heldRows.parse(rows);
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

/** Makes a part wait again that has no task any more. A part that is done stays so. */
export async function returnSegment(
  tx: Tx,
  { jobId, diskKey, segment }: SegmentRef & { readonly jobId: string },
): Promise<boolean> {
  const { count } = await tx.jobSegment.updateMany({
    where: { segment, disk: { jobId, diskKey }, state: { in: ["handed-out", "running"] } },
    data: { state: "waiting" },
  });
  return count > 0;
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

export async function readTurn(tx: Tx): Promise<number> {
  return (await tx.installation.findUnique({ where: { id: 1 } }))?.transferTurn ?? 0;
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
      ORDER BY "endedAt" DESC NULLS LAST LIMIT ${most}) part
    JOIN "JobDisk" disk ON disk.id = part."jobDiskId" JOIN "Job" j ON j.id = disk."jobId"
    LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId" WHERE part."endedAt" IS NOT NULL`;
  return sampleRows.parse(rows);
}
