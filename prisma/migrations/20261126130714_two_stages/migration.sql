-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "capturedAt" TIMESTAMPTZ(3),
ADD COLUMN     "parkedError" JSONB,
ADD COLUMN     "parkedSince" TIMESTAMPTZ(3),
ADD COLUMN     "parkedUntil" TIMESTAMPTZ(3);

-- Written by hand from here on.

-- A VM has one backup that captures at a time. Transfers of earlier snapshots may still be open.
DROP INDEX "Job_one_backup_per_vm";
-- Backups that an earlier version began and whose snapshot is complete continue as transfers.
UPDATE "Job" j SET "capturedAt" = coalesce(s."endedAt", j."startedAt", j."createdAt")
  FROM "JobStep" s
  WHERE s."jobId" = j.id AND s.name = 'snapshot' AND s.state = 'done'
    AND j.kind = 'backup' AND j.state IN ('queued', 'running');
CREATE UNIQUE INDEX "Job_one_capture_per_vm" ON "Job" ("vmId")
  WHERE "kind" = 'backup' AND "state" IN ('queued', 'running') AND "capturedAt" IS NULL;
CREATE INDEX "Job_open_transfer_by_vm" ON "Job" ("vmId", "capturedAt")
  WHERE "kind" = 'backup' AND "state" IN ('queued', 'running') AND "capturedAt" IS NOT NULL;

-- A parked job has all three facts.
ALTER TABLE "Job" ADD CONSTRAINT "Job_parked" CHECK (
  ("parkedSince" IS NULL) = ("parkedUntil" IS NULL) AND ("parkedSince" IS NULL) = ("parkedError" IS NULL));
