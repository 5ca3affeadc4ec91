-- DropIndex
DROP INDEX "Protection_state_idx";

-- AlterTable
ALTER TABLE "Protection" ADD COLUMN     "nextDueAt" TIMESTAMPTZ(3) NOT NULL DEFAULT to_timestamp((0)::double precision),
ADD COLUMN     "retentionDueAt" TIMESTAMPTZ(3) NOT NULL DEFAULT to_timestamp((0)::double precision),
ADD COLUMN     "scheduleProblem" JSONB,
ADD COLUMN     "scheduleProblemAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "segmentsGone" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "RecurringWork" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "cursor" TEXT,
    "startedAt" TIMESTAMPTZ(3),
    "done" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,
    "errorItem" TEXT,
    "lastEndedAt" TIMESTAMPTZ(3),
    "lastDone" INTEGER NOT NULL DEFAULT 0,
    "lastFailed" INTEGER NOT NULL DEFAULT 0,
    "lastError" JSONB,
    "lastErrorItem" TEXT,
    "lastSuccessAt" TIMESTAMPTZ(3),

    CONSTRAINT "RecurringWork_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "Protection_policyId_idx" ON "Protection"("policyId");

-- CreateIndex
CREATE INDEX "Protection_state_nextDueAt_id_idx" ON "Protection"("state", "nextDueAt", "id");

-- CreateIndex
CREATE INDEX "Protection_state_retentionDueAt_id_idx" ON "Protection"("state", "retentionDueAt", "id");

-- CreateIndex
CREATE INDEX "Protection_scheduleProblemAt_idx" ON "Protection"("scheduleProblemAt");

-- CreateIndex
CREATE INDEX "Protection_scheduledThrough_idx" ON "Protection"("scheduledThrough");

-- CreateIndex
CREATE INDEX "Occurrence_dueAt_id_idx" ON "Occurrence"("dueAt", "id");

-- CreateIndex
CREATE INDEX "Job_endedAt_id_idx" ON "Job"("endedAt", "id");

-- Written by hand from here on

-- Ended jobs whose segments wait for their removal: a short list, also when the table is long.
CREATE INDEX "Job_with_segments" ON "Job" ("endedAt", "id") WHERE NOT "segmentsGone" AND "endedAt" IS NOT NULL;
