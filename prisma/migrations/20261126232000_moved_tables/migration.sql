-- AlterTable
ALTER TABLE "VaultPack" ADD COLUMN     "tables" INTEGER NOT NULL DEFAULT 0;
