-- AlterTable
ALTER TABLE "JobDisk" ADD COLUMN     "planList" TEXT,
ADD COLUMN     "plannedTo" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "JobSegment" ADD COLUMN     "claimed" JSONB,
ADD COLUMN     "omitted" JSONB;

-- CreateTable
CREATE TABLE "DiskTrust" (
    "vmId" UUID NOT NULL,
    "diskUniqueId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "deltas" INTEGER NOT NULL DEFAULT 0,
    "confirmed" INTEGER NOT NULL DEFAULT 0,
    "confirmedAt" TIMESTAMPTZ(3),
    "turnedOffAt" TIMESTAMPTZ(3),
    "wrongList" JSONB,
    "allowedBy" JSONB,
    "allowedAt" TIMESTAMPTZ(3),

    CONSTRAINT "DiskTrust_pkey" PRIMARY KEY ("vmId","diskUniqueId")
);
