-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "deadlineAtRisk" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "deadlineMet" BOOLEAN,
ADD COLUMN     "firstDeadlineAt" TIMESTAMPTZ(3),
ADD COLUMN     "forecastAt" TIMESTAMPTZ(3),
ADD COLUMN     "forecastEndAt" TIMESTAMPTZ(3),
ADD COLUMN     "forecastStartAt" TIMESTAMPTZ(3),
ADD COLUMN     "queuePosition" INTEGER,
ADD COLUMN     "replacedCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "waitsFor" TEXT;

-- By hand: the words of TransferReason.
ALTER TABLE "Job" ADD CONSTRAINT "Job_waitsFor"
  CHECK ("waitsFor" IN ('outage', 'previous', 'window', 'restores', 'deadlines', 'share', 'slots'));
-- Whether ended backups met their deadline was a column of their points only.
UPDATE "Job" j SET "deadlineMet" = coalesce(
  (SELECT r."deadlineMet" FROM "RecoveryPoint" r WHERE r."jobId" = j.id), j."endedAt" <= j."deadlineAt" AND j.state <> 'failed')
  WHERE j."deadlineAt" IS NOT NULL AND j."endedAt" IS NOT NULL AND j.state <> 'cancelled';
