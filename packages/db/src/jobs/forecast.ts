/** What the forecast of transfers reads and stores. */
import {
  expectedBytes,
  HISTORY_TRANSFERS,
  type JobStage,
  limits,
  type OpenTransfer,
  openJobStates,
  type Ref,
  type StoredForecast,
  safeBytes,
  type TransferForecast,
  transferReasons,
} from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { partsSql } from "./dispatch.ts";
import {
  servedSql,
  teamSql,
  transferClassOf,
  vmSql,
  windowColumns,
  windowSql,
  zonedOf,
} from "./transfer-sql.ts";

/** An open transfer and its last forecast. */
export interface ForecastRow extends OpenTransfer, StoredForecast {
  /** Null: the VM of the job is gone. */
  readonly vm: Ref | null;
}

const rowsSchema = z.array(
  z.object({
    jobId: z.string(),
    kind: z.string(),
    stage: z.custom<JobStage>((value) => typeof value === "string"),
    vmId: z.string(),
    vmName: z.string().nullable(),
    team: z.string(),
    deadlineAt: z.date().nullable(),
    firstDeadlineAt: z.date().nullable(),
    servedAt: z.date(),
    parkedUntil: z.date().nullable(),
    hasOlder: z.boolean(),
    waiting: z.number(),
    held: z.number(),
    leftBytes: z.bigint(),
    diskBytes: z.bigint(),
    lastBytes: z.array(z.number()),
    vault: z.string(),
    subscription: z.string(),
    diskKind: z.string(),
    forecastAt: z.date().nullable(),
    forecastEndAt: z.date().nullable(),
    queuePosition: z.number().nullable(),
    waitsFor: z.enum(transferReasons).nullable(),
    deadlineAtRisk: z.boolean(),
    ...windowColumns,
  }),
);

/**
 * Open backups and restores that neither failed nor were canceled, by deadline, then second copies; at most
 * `limits.forecastJobsMost`.
 * @param partBytes the size of a part, for jobs that have no plan yet
 */
export async function listOpenTransfers(
  tx: Tx,
  { partBytes }: { readonly partBytes: number },
): Promise<ForecastRow[]> {
  const rows = await tx.$queryRaw`
    SELECT j.id AS "jobId", j.kind, j.stage, ${vmSql} AS "vmId", vm.name AS "vmName", coalesce(${teamSql}, '') AS team,
      j."deadlineAt", j."firstDeadlineAt", ${servedSql} AS "servedAt",
      CASE WHEN j."parkedSince" IS NOT NULL THEN coalesce(j."parkedUntil", kluis_now()) END AS "parkedUntil",
      j.stage = 'transfer-waiting' AND EXISTS (SELECT FROM "Job" older WHERE older."vmId" = j."vmId" AND older.kind = 'backup'
        AND older.state IN (${wordsSql(openJobStates)}) AND older.id <> j.id AND older."capturedAt" <= j."capturedAt"
        AND older.error IS NULL AND older."cancelAskedAt" IS NULL) AS "hasOlder",
      part.waiting, part.held, part."leftBytes", part."diskKind",
      coalesce((SELECT sum(disk."diskBytes") FROM "JobDisk" disk WHERE disk."jobId" = j.id), 0)::bigint AS "diskBytes",
      ARRAY(SELECT point."readBytes"::float8 FROM "RecoveryPoint" point WHERE point."vmId" = j."vmId" AND point."copyOf" IS NULL
        ORDER BY point."takenAt" DESC LIMIT ${HISTORY_TRANSFERS}) AS "lastBytes",
      coalesce(j."vaultId"::text, '') AS vault, coalesce(vm."subscriptionId", '') AS subscription,
      j."forecastAt", j."forecastEndAt", j."queuePosition", j."waitsFor", j."deadlineAtRisk", ${windowSql}
    FROM "Job" j
    JOIN LATERAL (${partsSql}) part ON TRUE
    LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"
    LEFT JOIN "PolicyVersion" version ON version.id = j."policyVersionId"
    WHERE j.state IN (${wordsSql(openJobStates)}) AND j.kind IN ('backup', 'restore-disk', 'copy-point')
      AND j.error IS NULL AND j."cancelAskedAt" IS NULL
    ORDER BY j.kind = 'copy-point', j."deadlineAt" NULLS LAST, j.id
    LIMIT ${limits.forecastJobsMost}`;
  return rowsSchema.parse(rows).map((row) => toRow(row, partBytes));
}

function toRow(row: z.infer<typeof rowsSchema>[number], partBytes: number): ForecastRow {
  const { kind, stage, vmName, diskBytes, lastBytes, window: _window, timeZone: _zone, ...rest } = row;
  const place = placeOf(stage);
  const shared = {
    ...rest,
    class: transferClassOf(kind),
    vm: vmName === null ? null : { id: row.vmId, name: vmName },
    zoned: zonedOf(row),
    stage: place,
    leftBytes: safeBytes(row.leftBytes),
  };
  if (place === "parts" || place === "over") return { ...shared, stage: "parts" };
  const leftBytes = Math.max(shared.leftBytes, expectedBytes(lastBytes, safeBytes(diskBytes)));
  const waiting = Math.max(row.waiting, Math.ceil(leftBytes / partBytes));
  return { ...shared, stage: place, leftBytes, waiting };
}

/** Where a job is, for its forecast. `over`: its data is moved. */
function placeOf(stage: JobStage): OpenTransfer["stage"] | "over" {
  return places[stage] ?? "none";
}

const places: Partial<Record<JobStage, OpenTransfer["stage"] | "over">> = {
  "transfer-waiting": "turn",
  transfer: "parts",
  seal: "over",
  "recovery-point": "over",
  "remove-snapshot": "over",
  finish: "over",
};

/** Stores the forecast of a job that is still open. Returns false when it has ended or ends. */
export async function saveForecast(
  tx: Tx,
  forecast: TransferForecast,
  { now }: { readonly now: Date },
): Promise<boolean> {
  const { jobId, position, startAt, endAt, isAtRisk, waitsFor } = forecast;
  const { count } = await tx.job.updateMany({
    where: { id: jobId, state: { in: [...openJobStates] } },
    data: {
      forecastAt: now,
      forecastStartAt: startAt === null ? null : new Date(startAt),
      forecastEndAt: endAt === null ? null : new Date(endAt),
      queuePosition: position,
      waitsFor,
      deadlineAtRisk: isAtRisk,
    },
  });
  return count > 0;
}
