-- Vaults of the former layout cannot be read any more, and their index with them.
TRUNCATE "VaultChunk", "VaultPack";

-- DropIndex
DROP INDEX "VaultChunk_vaultId_packId_idx";

-- DropIndex
DROP INDEX "VaultPack_vaultId_condemnedAt_idx";

-- DropIndex
DROP INDEX "VaultPack_vaultId_createdAt_idx";

-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "number" SMALLSERIAL NOT NULL;

-- AlterTable
ALTER TABLE "VaultChunk" DROP CONSTRAINT "VaultChunk_pkey",
DROP COLUMN "packId",
DROP COLUMN "plainLength",
DROP COLUMN "vaultId",
ADD COLUMN     "pack" INTEGER NOT NULL,
ADD COLUMN     "vault" SMALLINT NOT NULL,
ADD CONSTRAINT "VaultChunk_pkey" PRIMARY KEY ("digest", "vault");

-- AlterTable
ALTER TABLE "VaultPack" ADD COLUMN     "deletingAt" TIMESTAMPTZ(3),
ADD COLUMN     "idleSince" TIMESTAMPTZ(3) DEFAULT kluis_now(),
ADD COLUMN     "kind" SMALLINT NOT NULL DEFAULT 1,
ADD COLUMN     "leavingAt" TIMESTAMPTZ(3),
ADD COLUMN     "movedAt" TIMESTAMPTZ(3),
ADD COLUMN     "number" SERIAL NOT NULL,
ADD COLUMN     "refusal" JSONB,
ADD COLUMN     "retryAt" TIMESTAMPTZ(3),
ADD COLUMN     "twice" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "VaultUse" (
    "pack" INTEGER NOT NULL,
    "refs" INTEGER NOT NULL,
    "live" BIGINT NOT NULL,

    CONSTRAINT "VaultUse_pkey" PRIMARY KEY ("pack")
);

-- CreateTable
CREATE TABLE "VaultNode" (
    "pack" INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    "length" INTEGER NOT NULL,
    "vault" SMALLINT NOT NULL,
    "level" SMALLINT NOT NULL,
    "digest" BYTEA NOT NULL,
    "refs" INTEGER NOT NULL,
    "walked" BOOLEAN NOT NULL DEFAULT false,
    "pointId" TEXT NOT NULL,
    "knownAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),
    "problem" JSONB,
    "retryAt" TIMESTAMPTZ(3),

    CONSTRAINT "VaultNode_pkey" PRIMARY KEY ("pack","offset")
);

-- CreateTable
CREATE TABLE "VaultPoint" (
    "vaultId" UUID NOT NULL,
    "pointId" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "roots" TEXT[],
    "problem" JSONB,
    "knownAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),
    "retryAt" TIMESTAMPTZ(3),

    CONSTRAINT "VaultPoint_pkey" PRIMARY KEY ("vaultId","pointId")
);

-- CreateTable
CREATE TABLE "VaultMove" (
    "from" INTEGER NOT NULL,
    "to" INTEGER NOT NULL,

    CONSTRAINT "VaultMove_pkey" PRIMARY KEY ("from","to")
);

-- CreateIndex
CREATE UNIQUE INDEX "Vault_number_key" ON "Vault"("number");

-- CreateIndex
CREATE INDEX "VaultChunk_pack_idx" ON "VaultChunk"("pack");

-- CreateIndex
CREATE UNIQUE INDEX "VaultPack_number_key" ON "VaultPack"("number");

-- Written by hand from here on
-- Most updates of a count stay in their page.
ALTER TABLE "VaultUse" SET (fillfactor = 70);
CREATE INDEX "VaultPack_idle" ON "VaultPack" ("vaultId", "idleSince") WHERE "idleSince" IS NOT NULL;
CREATE INDEX "VaultPack_condemned" ON "VaultPack" ("vaultId", "condemnedAt") WHERE "condemnedAt" IS NOT NULL;
CREATE INDEX "VaultPack_leaving" ON "VaultPack" ("vaultId", "leavingAt") WHERE "leavingAt" IS NOT NULL;
CREATE INDEX "VaultNode_unwalked" ON "VaultNode" ("vault") WHERE NOT "walked";
CREATE INDEX "VaultNode_unneeded" ON "VaultNode" ("vault") WHERE "refs" = 0;
CREATE INDEX "VaultPoint_waiting" ON "VaultPoint" ("vaultId", "pointId") WHERE "state" IN ('waiting', 'leaving');
CREATE INDEX "VaultPoint_odd" ON "VaultPoint" ("vaultId", "pointId") WHERE "state" IN ('foreign', 'unreadable', 'replayed');
CREATE INDEX "VaultMove_to" ON "VaultMove" ("to");
