-- AlterTable
ALTER TABLE "RecoveryPoint" ADD COLUMN     "capturedBy" TEXT NOT NULL DEFAULT 'restore-point',
ADD COLUMN     "capturedNotice" JSONB;

-- By hand: the kinds of resources, and how disks are captured.
ALTER TABLE "AzureResource" DROP CONSTRAINT IF EXISTS "AzureResource_kind";
ALTER TABLE "AzureResource" ADD CONSTRAINT "AzureResource_kind"
  CHECK ("kind" IN ('restore-point-collection', 'restore-point', 'snapshot', 'grant', 'disk', 'manifest'));
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_capturedBy"
  CHECK ("capturedBy" IN ('restore-point', 'disk-snapshots'));
