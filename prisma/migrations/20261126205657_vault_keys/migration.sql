-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "keyGeneration" TEXT;

-- CreateTable
CREATE TABLE "VaultKey" (
    "vaultId" UUID NOT NULL,
    "holder" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "keyId" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "threshold" INTEGER,
    "shares" INTEGER,
    "copy" BYTEA NOT NULL,
    "addedAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "provenAt" TIMESTAMPTZ(3),
    "provenBy" TEXT,

    CONSTRAINT "VaultKey_pkey" PRIMARY KEY ("vaultId","holder")
);

-- AddForeignKey
ALTER TABLE "VaultKey" ADD CONSTRAINT "VaultKey_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault"("id") ON DELETE CASCADE ON UPDATE CASCADE;
