-- AlterTable
ALTER TABLE "EngineProcess" ADD COLUMN     "bandwidth" INTEGER;
