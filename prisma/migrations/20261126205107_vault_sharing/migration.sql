-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "bandwidth" INTEGER,
ADD COLUMN     "deduplication" TEXT NOT NULL DEFAULT 'subscription';

-- AlterTable
ALTER TABLE "VaultPack" ADD COLUMN     "vmId" UUID;

-- CreateTable
CREATE TABLE "VaultKnownChunk" (
    "vaultId" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "vmId" UUID NOT NULL,

    CONSTRAINT "VaultKnownChunk_pkey" PRIMARY KEY ("vaultId","digest","vmId")
);
