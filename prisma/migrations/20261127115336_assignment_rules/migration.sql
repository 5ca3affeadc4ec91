-- AlterTable
ALTER TABLE "VirtualMachine" ADD COLUMN     "refusals" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "Protection" ADD COLUMN     "assignedRuleId" UUID,
ADD COLUMN     "stoppedBy" JSONB;

-- CreateTable
CREATE TABLE "AssignmentRule" (
    "id" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "policyId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "conditions" JSONB NOT NULL,
    "version" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "savedBy" JSONB NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "AssignmentRule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AssignmentRefusal" (
    "vmId" UUID NOT NULL,
    "ruleId" UUID NOT NULL,
    "ruleVersion" INTEGER NOT NULL,
    "error" JSONB NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "AssignmentRefusal_pkey" PRIMARY KEY ("vmId")
);

-- CreateTable
CREATE TABLE "AssignmentExclusion" (
    "id" UUID NOT NULL,
    "vmId" UUID NOT NULL,
    "ownerId" UUID NOT NULL,
    "ownerName" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "createdBy" JSONB NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" JSONB,

    CONSTRAINT "AssignmentExclusion_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AssignmentRule_policyId_idx" ON "AssignmentRule"("policyId");

-- CreateIndex
CREATE UNIQUE INDEX "AssignmentRule_teamId_name_key" ON "AssignmentRule"("teamId", "name");

-- CreateIndex
CREATE INDEX "AssignmentRefusal_ruleId_idx" ON "AssignmentRefusal"("ruleId");

-- CreateIndex
CREATE INDEX "AssignmentExclusion_vmId_idx" ON "AssignmentExclusion"("vmId");

-- CreateIndex
CREATE INDEX "AssignmentExclusion_endedAt_expiresAt_id_idx" ON "AssignmentExclusion"("endedAt", "expiresAt", "id");

-- CreateIndex
CREATE INDEX "Protection_assignedRuleId_idx" ON "Protection"("assignedRuleId");

-- AddForeignKey
ALTER TABLE "Protection" ADD CONSTRAINT "Protection_assignedRuleId_fkey" FOREIGN KEY ("assignedRuleId") REFERENCES "AssignmentRule"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentRule" ADD CONSTRAINT "AssignmentRule_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentRule" ADD CONSTRAINT "AssignmentRule_policyId_fkey" FOREIGN KEY ("policyId") REFERENCES "Policy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentRefusal" ADD CONSTRAINT "AssignmentRefusal_vmId_fkey" FOREIGN KEY ("vmId") REFERENCES "VirtualMachine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentRefusal" ADD CONSTRAINT "AssignmentRefusal_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "AssignmentRule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AssignmentExclusion" ADD CONSTRAINT "AssignmentExclusion_vmId_fkey" FOREIGN KEY ("vmId") REFERENCES "VirtualMachine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand from here on

-- Only one exclusion of a VM is open.
CREATE UNIQUE INDEX "AssignmentExclusion_open_key" ON "AssignmentExclusion"("vmId") WHERE "endedAt" IS NULL;

ALTER TABLE "AssignmentExclusion" ADD CONSTRAINT "AssignmentExclusion_end" CHECK ("expiresAt" > "createdAt");
ALTER TABLE "AssignmentRule" ADD CONSTRAINT "AssignmentRule_numbers" CHECK ("version" >= 1);
