-- AlterTable
ALTER TABLE "PartHealth" ADD COLUMN     "error" JSONB,
ADD COLUMN     "notice" JSONB;

-- AlterTable
ALTER TABLE "Occurrence" ADD COLUMN     "notice" JSONB;

-- AlterTable
ALTER TABLE "JobStep" ADD COLUMN     "notice" JSONB;

-- AlterTable
ALTER TABLE "JobDisk" ADD COLUMN     "deltaNotice" JSONB;

-- AlterTable
ALTER TABLE "RecoveryPoint" ADD COLUMN     "consistencyNotice" JSONB;

-- AlterTable
ALTER TABLE "RecoveryPointDisk" ADD COLUMN     "deltaNotice" JSONB;
