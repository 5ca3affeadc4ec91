-- CreateTable
CREATE TABLE "ApprovalRequest" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "input" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "requesterId" UUID NOT NULL,
    "requester" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "ticket" TEXT,
    "target" JSONB NOT NULL,
    "policyId" UUID,
    "onOrganisation" BOOLEAN NOT NULL DEFAULT false,
    "onTeamId" UUID,
    "teamIds" TEXT[],
    "circumstances" JSONB NOT NULL,
    "effect" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "deciderId" UUID,
    "decider" JSONB,
    "comment" TEXT,
    "endReason" TEXT,
    "error" JSONB,

    CONSTRAINT "ApprovalRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApprovalItem" (
    "requestId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "vmId" UUID NOT NULL,
    "pointId" UUID,

    CONSTRAINT "ApprovalItem_pkey" PRIMARY KEY ("requestId","ordinal")
);

-- CreateIndex
CREATE INDEX "ApprovalRequest_state_expiresAt_id_idx" ON "ApprovalRequest"("state", "expiresAt", "id");

-- CreateIndex
CREATE INDEX "ApprovalRequest_createdAt_id_idx" ON "ApprovalRequest"("createdAt", "id");

-- CreateIndex
CREATE INDEX "ApprovalRequest_requesterId_state_idx" ON "ApprovalRequest"("requesterId", "state");

-- CreateIndex
CREATE INDEX "ApprovalRequest_policyId_state_idx" ON "ApprovalRequest"("policyId", "state");

-- CreateIndex
CREATE INDEX "ApprovalItem_vmId_idx" ON "ApprovalItem"("vmId");

-- CreateIndex
CREATE INDEX "ApprovalItem_pointId_idx" ON "ApprovalItem"("pointId");

-- AddForeignKey
ALTER TABLE "ApprovalItem" ADD CONSTRAINT "ApprovalItem_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "ApprovalRequest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand from here on: what the schema language cannot express.

ALTER TABLE "ApprovalRequest" ADD CONSTRAINT "ApprovalRequest_state"
  CHECK ("state" IN ('pending', 'executed', 'rejected', 'withdrawn', 'expired', 'cancelled', 'failed'));
ALTER TABLE "ApprovalRequest" ADD CONSTRAINT "ApprovalRequest_ended" CHECK (("state" = 'pending') = ("endedAt" IS NULL));
-- Whoever decides is another person.
ALTER TABLE "ApprovalRequest" ADD CONSTRAINT "ApprovalRequest_second_person" CHECK (CASE
  WHEN "state" IN ('executed', 'rejected', 'failed') THEN "deciderId" IS NOT NULL AND "decider" IS NOT NULL AND "deciderId" <> "requesterId"
  WHEN "state" = 'pending' THEN "deciderId" IS NULL AND "decider" IS NULL
  ELSE TRUE END);
ALTER TABLE "ApprovalRequest" ADD CONSTRAINT "ApprovalRequest_reasons"
  CHECK (("endReason" IS NOT NULL) = ("state" = 'cancelled') AND ("error" IS NOT NULL) = ("state" = 'failed'));
-- One request for one thing waits at a time.
CREATE UNIQUE INDEX "ApprovalRequest_open" ON "ApprovalRequest" ("digest") WHERE "state" = 'pending';
