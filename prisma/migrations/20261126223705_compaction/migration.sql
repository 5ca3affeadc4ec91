-- AlterTable
ALTER TABLE "VaultPack" ADD COLUMN     "fullAtRefs" INTEGER,
ADD COLUMN     "goneAt" TIMESTAMPTZ(3),
ADD COLUMN     "sparse" BOOLEAN NOT NULL DEFAULT false;

-- What a compaction looks for: the schema language cannot express these.
CREATE INDEX "VaultPack_sparse" ON "VaultPack" ("vaultId") WHERE "sparse" AND "leavingAt" IS NULL;
CREATE INDEX "VaultNode_known" ON "VaultNode" ("vault", "knownAt");
