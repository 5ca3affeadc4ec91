-- AlterTable
ALTER TABLE "VaultPack" ADD COLUMN     "reason" TEXT,
ADD COLUMN     "state" TEXT NOT NULL DEFAULT 'live';

-- CreateTable
CREATE TABLE "VaultDamage" (
    "id" UUID NOT NULL,
    "vaultId" UUID NOT NULL,
    "object" TEXT NOT NULL,
    "packId" TEXT,
    "offset" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "problem" TEXT NOT NULL,
    "foundBy" TEXT NOT NULL,
    "foundAt" TIMESTAMPTZ(3) NOT NULL,
    "jobId" UUID,
    "changedAt" TIMESTAMPTZ(3) NOT NULL,
    "reachedAt" TIMESTAMPTZ(3),
    "healedAt" TIMESTAMPTZ(3),
    "healedBy" TEXT,
    "healedJobId" UUID,

    CONSTRAINT "VaultDamage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VaultDamageItem" (
    "vaultId" UUID NOT NULL,
    "packId" TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    "length" INTEGER NOT NULL DEFAULT 0,
    "chunkId" BYTEA,
    "healedAt" TIMESTAMPTZ(3),
    "healedPack" TEXT,
    "healedOffset" INTEGER,

    CONSTRAINT "VaultDamageItem_pkey" PRIMARY KEY ("vaultId","packId","offset")
);

-- CreateTable
CREATE TABLE "VaultDamagePoint" (
    "damageId" UUID NOT NULL,
    "pointId" UUID NOT NULL,

    CONSTRAINT "VaultDamagePoint_pkey" PRIMARY KEY ("damageId","pointId")
);

-- CreateIndex
CREATE INDEX "VaultDamage_vaultId_packId_idx" ON "VaultDamage"("vaultId", "packId");

-- CreateIndex
CREATE INDEX "VaultDamage_vaultId_healedAt_foundAt_idx" ON "VaultDamage"("vaultId", "healedAt", "foundAt");

-- CreateIndex
CREATE UNIQUE INDEX "VaultDamage_vaultId_object_offset_key" ON "VaultDamage"("vaultId", "object", "offset");

-- CreateIndex
CREATE INDEX "VaultDamageItem_vaultId_chunkId_idx" ON "VaultDamageItem"("vaultId", "chunkId");

-- CreateIndex
CREATE INDEX "VaultDamagePoint_pointId_idx" ON "VaultDamagePoint"("pointId");

-- AddForeignKey
ALTER TABLE "VaultDamagePoint" ADD CONSTRAINT "VaultDamagePoint_damageId_fkey" FOREIGN KEY ("damageId") REFERENCES "VaultDamage"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand from here on
ALTER TABLE "VaultPack" ADD CONSTRAINT "VaultPack_state_known" CHECK ("state" IN ('live', 'damaged', 'missing'));
CREATE INDEX "VaultDamage_open" ON "VaultDamage" ("vaultId", "packId", "offset") WHERE "healedAt" IS NULL;
CREATE INDEX "VaultDamageItem_open" ON "VaultDamageItem" ("vaultId", "chunkId") WHERE "healedAt" IS NULL;
