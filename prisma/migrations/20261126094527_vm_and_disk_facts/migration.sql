-- AlterTable
ALTER TABLE "VirtualMachine" ADD COLUMN     "traits" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "RecoveryPointDisk" ADD COLUMN     "facts" JSONB;
