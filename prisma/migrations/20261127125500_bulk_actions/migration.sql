-- CreateTable
CREATE TABLE "BulkAction" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "policyId" UUID,
    "reason" TEXT NOT NULL,
    "ticket" TEXT,
    "expiresInHours" INTEGER NOT NULL,
    "starterId" UUID NOT NULL,
    "starter" JSONB NOT NULL,
    "teamIds" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),
    "cancelledAt" TIMESTAMPTZ(3),
    "cancelledBy" JSONB,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "BulkAction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BulkActionItem" (
    "bulkId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "vmId" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "error" JSONB,
    "jobId" UUID,
    "approvalId" UUID,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "BulkActionItem_pkey" PRIMARY KEY ("bulkId","ordinal")
);

-- CreateIndex
CREATE INDEX "BulkAction_createdAt_id_idx" ON "BulkAction"("createdAt", "id");

-- CreateIndex
CREATE INDEX "BulkAction_starterId_endedAt_idx" ON "BulkAction"("starterId", "endedAt");

-- CreateIndex
CREATE INDEX "BulkAction_endedAt_id_idx" ON "BulkAction"("endedAt", "id");

-- CreateIndex
CREATE INDEX "BulkActionItem_bulkId_state_ordinal_idx" ON "BulkActionItem"("bulkId", "state", "ordinal");

-- CreateIndex
CREATE INDEX "BulkActionItem_vmId_idx" ON "BulkActionItem"("vmId");

-- CreateIndex
CREATE UNIQUE INDEX "BulkActionItem_bulkId_vmId_key" ON "BulkActionItem"("bulkId", "vmId");

-- AddForeignKey
ALTER TABLE "BulkActionItem" ADD CONSTRAINT "BulkActionItem_bulkId_fkey" FOREIGN KEY ("bulkId") REFERENCES "BulkAction"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand from here on: what the schema language cannot express.

ALTER TABLE "BulkAction" ADD CONSTRAINT "BulkAction_kind"
  CHECK ("kind" IN ('protect', 'change-policy', 'stop', 'stop-delete', 'resume', 'backup'));
ALTER TABLE "BulkAction" ADD CONSTRAINT "BulkAction_policy" CHECK (("policyId" IS NOT NULL) = ("kind" IN ('protect', 'change-policy')));
ALTER TABLE "BulkAction" ADD CONSTRAINT "BulkAction_cancelled" CHECK (("cancelledAt" IS NULL) = ("cancelledBy" IS NULL));
ALTER TABLE "BulkActionItem" ADD CONSTRAINT "BulkActionItem_state"
  CHECK ("state" IN ('waiting', 'done', 'requested', 'refused', 'failed', 'cancelled'));
ALTER TABLE "BulkActionItem" ADD CONSTRAINT "BulkActionItem_ended" CHECK (("state" = 'waiting') = ("endedAt" IS NULL));
ALTER TABLE "BulkActionItem" ADD CONSTRAINT "BulkActionItem_result"
  CHECK (("error" IS NOT NULL) = ("state" IN ('refused', 'failed')) AND ("approvalId" IS NOT NULL) = ("state" = 'requested'));
