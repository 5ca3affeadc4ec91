-- AlterTable
ALTER TABLE "AzureResource" ADD COLUMN     "lastError" JSONB,
ADD COLUMN     "nextTryAt" TIMESTAMPTZ(3),
ADD COLUMN     "operation" JSONB,
ADD COLUMN     "reason" TEXT,
ADD COLUMN     "tries" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "unwantedAt" TIMESTAMPTZ(3),
ADD COLUMN     "wanted" TEXT NOT NULL DEFAULT 'present';

-- CreateIndex
CREATE INDEX "AzureResource_nextTryAt_idx" ON "AzureResource"("nextTryAt");

-- By hand: the desired state of existing rows. Kept snapshots stay; what ended jobs left is to be removed, and the next start of an
-- engine looks. Open jobs say what they want when they end.
UPDATE "AzureResource" SET wanted = 'removed' WHERE state = 'removed';
UPDATE "AzureResource" SET wanted = 'kept' WHERE kind = 'restore-point' AND state = 'created' AND "pointId" IS NOT NULL;
UPDATE "AzureResource" r SET wanted = 'removed', reason = 'job-ended', "unwantedAt" = kluis_now(), "nextTryAt" = kluis_now()
WHERE r.state IN ('planned', 'created') AND r.wanted = 'present'
  AND (r.kind IN ('grant', 'restore-point') OR (r.kind = 'disk' AND r.state = 'planned'))
  AND NOT EXISTS (SELECT FROM "Job" j WHERE j.id = r."jobId" AND j.state IN ('queued', 'running'));
