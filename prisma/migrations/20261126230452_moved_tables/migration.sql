-- AlterTable
ALTER TABLE "VaultPack" ADD COLUMN     "tables" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "VaultDamage" ADD COLUMN     "healedPoints" INTEGER;

-- CreateTable
CREATE TABLE "PointDamage" (
    "pointId" UUID NOT NULL,
    "diskKey" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "count" INTEGER NOT NULL,
    "ranges" JSONB NOT NULL,

    CONSTRAINT "PointDamage_pkey" PRIMARY KEY ("pointId","diskKey")
);
