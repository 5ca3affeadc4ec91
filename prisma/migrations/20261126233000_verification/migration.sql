-- AlterTable
ALTER TABLE "JobSegment" ADD COLUMN     "found" JSONB;

-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "verifyGib" INTEGER;

-- AlterTable
ALTER TABLE "RecoveryPoint" ADD COLUMN     "readAt" TIMESTAMPTZ(3),
ADD COLUMN     "readWholeAt" TIMESTAMPTZ(3),
ADD COLUMN     "verifyCoverage" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "verifyCovered" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "verifyNext" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "verifyRoundAt" TIMESTAMPTZ(3);

-- Written by hand from here on
-- A point has one open verification: of several, the first one stays.
UPDATE "Job" j SET "state" = 'cancelled', "stage" = 'cancelled', "endedAt" = kluis_now()
WHERE j."kind" = 'verify' AND j."state" IN ('queued', 'running') AND EXISTS (
  SELECT FROM "Job" older WHERE older."kind" = 'verify' AND older."state" IN ('queued', 'running')
    AND older."pointId" = j."pointId" AND older."id" < j."id");
CREATE UNIQUE INDEX "Job_open_verify" ON "Job" ("pointId") WHERE "kind" = 'verify' AND "state" IN ('queued', 'running');
CREATE INDEX "Job_verify" ON "Job" ("pointId", "createdAt") WHERE "kind" = 'verify';
-- Points in the order of scheduled verification: those that nothing has read first, then the oldest.
CREATE INDEX "RecoveryPoint_to_read" ON "RecoveryPoint" (coalesce("readAt", to_timestamp((0)::double precision)), "id")
  WHERE "state" IN ('available', 'damaged');

UPDATE "RecoveryPoint" SET "readAt" = "lastVerifiedAt", "verifyCoverage" = 100, "verifyRoundAt" = "lastVerifiedAt",
  "readWholeAt" = CASE WHEN "lastVerifyOk" THEN "lastVerifiedAt" END
WHERE "lastVerifyMode" = 'full' AND "lastVerifiedAt" IS NOT NULL;
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_coverage"
  CHECK ("verifyNext" >= 0 AND "verifyCovered" >= 0 AND "verifyCoverage" BETWEEN 0 AND 100);
ALTER TABLE "Vault" ADD CONSTRAINT "Vault_verifyGib" CHECK ("verifyGib" > 0);
