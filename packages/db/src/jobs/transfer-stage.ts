/** The second stage of a backup: a job whose snapshot is complete waits or moves its data. An outage parks it, and restores too. */
import {
  type ErrorInfo,
  failureParams,
  type Inheritance,
  inherit,
  notice,
  noticeText,
  openJobStates,
  type ReplacedTransfer,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { toJson, toJsonOrNull } from "../json.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { servedSql } from "./transfer-sql.ts";

const isOpen = { kind: "backup", state: { in: [...openJobStates] } };

/** Records that the snapshot of a backup is complete. The job waits for its transfer from then on. */
export async function markCaptured(tx: Tx, jobId: string, at: Date): Promise<void> {
  await tx.job.updateMany({
    where: { id: jobId, capturedAt: null },
    data: { capturedAt: at, stage: "transfer-waiting" },
  });
}

export interface OlderOpenTransfer extends ReplacedTransfer {
  readonly id: string;
  readonly createdAt: Date;
  /** When the first step of its transfer began; null: it has not. */
  readonly startedAt: Date | null;
  readonly parkedSince: Date | null;
  readonly parkedError: ErrorInfo | null;
}

/** What job `j` passes on. A recovery point that the VM got after its snapshot ends the row of replaced ones before it. */
const chainSql = Prisma.sql`j."deadlineAt", ${servedSql} AS "servedAt",
  CASE WHEN made.point THEN NULL ELSE j."firstDeadlineAt" END AS "firstDeadlineAt",
  CASE WHEN made.point THEN 0 ELSE j."replacedCount" END AS "replacedCount"`;
const madeSql = Prisma.sql`LATERAL (SELECT EXISTS (SELECT FROM "RecoveryPoint" p
  WHERE p."vmId" = j."vmId" AND p."copyOf" IS NULL AND p."createdAt" > j."capturedAt") AS point) made`;
/** When the transfer of job `j` began: access is its first step. */
const startedAt = Prisma.sql`(SELECT coalesce(step."startedAt", kluis_now()) FROM "JobStep" step
  WHERE step."jobId" = j.id AND step.name = 'access' AND j.stage <> 'transfer-waiting')`;

const transferRows = z.array(
  z.object({
    id: z.string(),
    createdAt: z.date(),
    startedAt: z.date().nullable(),
    parkedSince: z.date().nullable(),
    parkedError: z.custom<ErrorInfo>().nullable(),
    deadlineAt: z.date().nullable(),
    firstDeadlineAt: z.date().nullable(),
    servedAt: z.date(),
    replacedCount: z.number(),
  }),
);

/**
 * Transfers of the job's VM with an older snapshot, oldest first, that neither failed nor were canceled. Locks their rows until
 * the transaction ends.
 */
export async function lockOlderTransfers(tx: Tx, jobId: string): Promise<OlderOpenTransfer[]> {
  const rows = await tx.$queryRaw`
    SELECT j.id, j."createdAt", j."parkedSince", j."parkedError", ${startedAt} AS "startedAt",
      ${chainSql}
    FROM "Job" mine, "Job" j, ${madeSql}
    WHERE mine.id = ${jobId}::uuid AND j."vmId" = mine."vmId" AND j.id <> mine.id AND j.kind = 'backup'
      AND j.state IN (${wordsSql(openJobStates)}) AND j."capturedAt" IS NOT NULL
      AND (j."capturedAt", j.id) < (coalesce(mine."capturedAt", kluis_now()), mine.id)
      AND j.error IS NULL AND j."cancelAskedAt" IS NULL
    ORDER BY j."capturedAt", j.id FOR NO KEY UPDATE OF j`;
  return transferRows.parse(rows);
}

/**
 * Lets a transfer take over from those that its snapshot replaces: what it inherited before counts too.
 * @returns what it has now; null when it replaces none
 */
export async function inheritReplaced(
  tx: Tx,
  jobId: string,
  replaced: readonly ReplacedTransfer[],
): Promise<Inheritance | null> {
  const fresh = inherit(replaced);
  if (fresh === null) return null;
  const { firstDeadlineAt, servedAt, replacedCount } = fresh;
  const rows = await tx.$queryRaw`
    UPDATE "Job" j SET "firstDeadlineAt" = least(j."firstDeadlineAt", ${firstDeadlineAt}::timestamptz),
      "servedAt" = least(${servedSql}, ${servedAt}::timestamptz), "replacedCount" = j."replacedCount" + ${replacedCount}::int
    WHERE j.id = ${jobId}::uuid RETURNING j."firstDeadlineAt", j."servedAt", j."replacedCount"`;
  return inheritedRows.parse(rows)[0] ?? null;
}

const inheritedRows = z.array(
  z.object({ firstDeadlineAt: z.date().nullable(), servedAt: z.date(), replacedCount: z.number() }),
);

/** The newest open transfer of the job's VM with a newer snapshot than the job's, and what the job passes on to it. */
export async function findSuccessor(
  tx: Tx,
  jobId: string,
): Promise<{ readonly id: string; readonly replaced: ReplacedTransfer } | null> {
  const rows = await tx.$queryRaw`
    SELECT newer.id, ${chainSql}
    FROM "Job" j JOIN "Job" newer ON newer."vmId" = j."vmId" AND newer.kind = 'backup'
      AND newer.state IN (${wordsSql(openJobStates)}) AND newer."capturedAt" > j."capturedAt"
      AND newer.error IS NULL AND newer."cancelAskedAt" IS NULL
    CROSS JOIN ${madeSql}
    WHERE j.id = ${jobId}::uuid ORDER BY newer."capturedAt" DESC LIMIT 1`;
  const [found] = successorRows.parse(rows);
  if (found === undefined) return null;
  const { id, ...replaced } = found;
  return { id, replaced };
}

const successorRows = z.array(
  z.object({
    id: z.string(),
    deadlineAt: z.date().nullable(),
    firstDeadlineAt: z.date().nullable(),
    servedAt: z.date(),
    replacedCount: z.number(),
  }),
);

/** Whether a transfer of the VM with an older snapshot is still to move: transfers of a VM run one after the other. */
export async function hasOlderTransfer(
  tx: Tx,
  job: { readonly id: string; readonly vmId: string | null; readonly capturedAt: Date | null },
): Promise<boolean> {
  if (job.vmId === null || job.capturedAt === null) return false;
  const { id, vmId, capturedAt } = job;
  const older = await tx.job.findFirst({
    where: {
      ...isOpen,
      vmId,
      OR: [{ capturedAt: { lt: capturedAt } }, { capturedAt, id: { lt: id } }],
      error: { equals: toJsonOrNull(null) },
      cancelAskedAt: null,
    },
    select: { id: true },
  });
  return older !== null;
}

export interface TransferState {
  /** When the transfer began; null: it has not. */
  readonly startedAt: Date | null;
  readonly parkedSince: Date | null;
  readonly deadlineAt: Date | null;
  /** The job failed or a user canceled it: it will clean up and end. */
  readonly isEnding: boolean;
  /** The job is in its second stage. */
  readonly hasNewerCapture: boolean;
  readonly now: Date;
}

const stateRow = z
  .tuple([
    z.object({
      startedAt: z.date().nullable(),
      parkedSince: z.date().nullable(),
      deadlineAt: z.date().nullable(),
      isEnding: z.boolean(),
      hasNewerCapture: z.boolean(),
      now: z.date(),
    }),
  ])
  .or(z.tuple([]));

/** The facts that decide about a failed transfer; null when the job does not run. Locks its row until the transaction ends. */
export async function lockTransfer(tx: Tx, jobId: string): Promise<TransferState | null> {
  const rows = await tx.$queryRaw`
    SELECT ${startedAt} AS "startedAt", j."parkedSince", j."deadlineAt", j.error IS NOT NULL OR j."cancelAskedAt" IS NOT NULL AS "isEnding",
      kluis_now() AS now,
      EXISTS (SELECT FROM "Job" newer WHERE newer."vmId" = j."vmId" AND newer.kind = 'backup'
        AND newer."capturedAt" > j."capturedAt" AND newer.error IS NULL AND newer."cancelAskedAt" IS NULL
      ) AS "hasNewerCapture"
    FROM "Job" j WHERE j.id = ${jobId}::uuid AND j.state = 'running' FOR NO KEY UPDATE OF j`;
  return stateRow.parse(rows)[0] ?? null;
}

/**
 * Parks a transfer until an instant, and shows why. Keeps the start of an outage that lasts.
 * @returns whether the outage began with this call
 */
export async function parkJob(
  tx: Tx,
  jobId: string,
  parked: { readonly error: ErrorInfo; readonly at: Date; readonly until: Date },
): Promise<boolean> {
  const { error, at, until } = parked;
  const began = await tx.job.updateMany({
    where: { id: jobId, parkedSince: null, state: "running" },
    data: { parkedSince: at, parkedUntil: until, parkedError: toJson(error), ...unknownAgain },
  });
  if (began.count === 0) {
    await tx.job.updateMany({
      where: { id: jobId, state: "running" },
      data: { parkedUntil: until, parkedError: toJson(error), ...unknownAgain },
    });
  }
  const said = notice("step-parked", failureParams(error));
  await tx.jobStep.updateMany({
    where: { jobId, state: "running" },
    data: { message: noticeText(said), notice: toJson(said) },
  });
  return began.count > 0;
}

/** A try that failed makes the forecast wrong: the next one is made from the next try. */
const unknownAgain = { forecastAt: null, forecastStartAt: null, forecastEndAt: null } as const;

/** Records that a transfer makes progress again. Returns false when it was not parked. */
export async function unparkJob(tx: Tx, jobId: string): Promise<boolean> {
  const { count } = await tx.job.updateMany({
    where: { id: jobId, parkedSince: { not: null } },
    data: { parkedSince: null, parkedUntil: null, parkedError: toJsonOrNull(null) },
  });
  return count > 0;
}
