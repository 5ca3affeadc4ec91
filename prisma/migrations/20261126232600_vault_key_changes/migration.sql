-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "strangeSlots" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "VaultKeyChange" (
    "id" UUID NOT NULL,
    "vaultId" UUID NOT NULL,
    "change" JSONB NOT NULL,
    "actor" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "error" JSONB,
    "askedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "VaultKeyChange_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "VaultKeyChange_vaultId_askedAt_idx" ON "VaultKeyChange"("vaultId", "askedAt");

-- AddForeignKey
ALTER TABLE "VaultKeyChange" ADD CONSTRAINT "VaultKeyChange_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault"("id") ON DELETE CASCADE ON UPDATE CASCADE;
