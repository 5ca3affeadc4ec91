-- AlterTable
ALTER TABLE "Installation" ADD COLUMN     "transferTurn" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "EngineProcess" ADD COLUMN     "concurrency" INTEGER NOT NULL DEFAULT 3;

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "servedAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "JobSegment_state_endedAt_idx" ON "JobSegment"("state", "endedAt");

-- By hand: a segment that has a task in the queue is handed out.
ALTER TABLE "JobSegment" DROP CONSTRAINT "JobSegment_state";
ALTER TABLE "JobSegment" ADD CONSTRAINT "JobSegment_state"
  CHECK ("state" IN ('waiting', 'handed-out', 'running', 'done'));
-- Segments of earlier versions have their tasks in the queue.
UPDATE "JobSegment" SET "state" = 'handed-out' WHERE "state" = 'waiting';
