-- AlterTable
ALTER TABLE "PartHealth" ADD COLUMN     "since" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Subscription" ADD COLUMN     "problemSince" TIMESTAMPTZ(3);
