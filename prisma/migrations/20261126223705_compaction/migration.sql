-- AlterTable
ALTER TABLE "VaultPack" ADD COLUMN     "fullAtRefs" INTEGER,
ADD COLUMN     "goneAt" TIMESTAMPTZ(3),
ADD COLUMN     "sparse" BOOLEAN NOT NULL DEFAULT false;

-- Written by hand from here on
-- What a compaction looks for.
CREATE INDEX "VaultPack_sparse" ON "VaultPack" ("vaultId") WHERE "sparse" AND "leavingAt" IS NULL;
CREATE INDEX "VaultNode_known" ON "VaultNode" ("vault", "knownAt");
