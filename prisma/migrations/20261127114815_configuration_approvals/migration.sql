-- AlterTable
ALTER TABLE "ApprovalRequest" ADD COLUMN     "changes" JSONB,
ADD COLUMN     "permitUntil" TIMESTAMPTZ(3),
ADD COLUMN     "permitUsedAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "ApprovalRequest_onTeamId_createdAt_idx" ON "ApprovalRequest"("onTeamId", "createdAt");

-- Written by hand from here on: what the schema language cannot express.

-- Only an approved change can be permitted, and a permit is used once, before its end.
ALTER TABLE "ApprovalRequest" ADD CONSTRAINT "ApprovalRequest_permit" CHECK (CASE
  WHEN "permitUntil" IS NULL THEN "permitUsedAt" IS NULL
  ELSE "state" = 'executed' AND "changes" IS NOT NULL AND "permitUntil" > "endedAt"
    AND ("permitUsedAt" IS NULL OR "permitUsedAt" < "permitUntil") END);
-- The permits of a person that are not used yet.
CREATE INDEX "ApprovalRequest_permits" ON "ApprovalRequest" ("digest", "requesterId")
  WHERE "permitUntil" IS NOT NULL AND "permitUsedAt" IS NULL;
