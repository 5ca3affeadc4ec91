-- AlterTable
ALTER TABLE "Policy" ADD COLUMN     "retiredAt" TIMESTAMPTZ(3);
