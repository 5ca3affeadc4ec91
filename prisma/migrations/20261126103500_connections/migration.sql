-- AlterTable
ALTER TABLE "Installation" ADD COLUMN     "configVersion" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Subscription" ADD COLUMN     "connectionId" UUID;

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "vaultId" UUID;

-- AlterTable
ALTER TABLE "Vault" DROP COLUMN "address",
ADD COLUMN     "account" TEXT,
ADD COLUMN     "changedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "container" TEXT,
ADD COLUMN     "credentialKind" TEXT NOT NULL DEFAULT 'connection-string',
ADD COLUMN     "folder" TEXT,
ADD COLUMN     "identity" TEXT,
ADD COLUMN     "isDefault" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "sealedSecret" BYTEA,
ADD COLUMN     "secretChangedAt" TIMESTAMPTZ(3),
ADD COLUMN     "source" TEXT NOT NULL DEFAULT 'environment',
ADD COLUMN     "state" TEXT NOT NULL DEFAULT 'enabled',
ADD COLUMN     "test" JSONB,
ADD COLUMN     "testAskedAt" TIMESTAMPTZ(3),
ADD COLUMN     "testOk" BOOLEAN,
ADD COLUMN     "testedAt" TIMESTAMPTZ(3),
ADD COLUMN     "testedBy" TEXT,
ALTER COLUMN "keyId" DROP NOT NULL;

-- CreateTable
CREATE TABLE "AzureConnection" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "cloud" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "authorityHost" TEXT NOT NULL,
    "armUrl" TEXT NOT NULL,
    "credentialKind" TEXT NOT NULL,
    "clientId" TEXT,
    "sealedSecret" BYTEA,
    "secretChangedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "testAskedAt" TIMESTAMPTZ(3),
    "testedAt" TIMESTAMPTZ(3),
    "testedBy" TEXT,
    "testOk" BOOLEAN,
    "test" JSONB,

    CONSTRAINT "AzureConnection_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AzureConnection_name_key" ON "AzureConnection"("name");

-- CreateIndex
CREATE INDEX "Subscription_connectionId_idx" ON "Subscription"("connectionId");

-- CreateIndex
CREATE UNIQUE INDEX "Vault_identity_key" ON "Vault"("identity");

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_connectionId_fkey" FOREIGN KEY ("connectionId") REFERENCES "AzureConnection"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Written by hand from here on: what the schema language cannot express.
CREATE UNIQUE INDEX "AzureConnection_environment" ON "AzureConnection" ("source") WHERE "source" = 'environment';
CREATE UNIQUE INDEX "Vault_default" ON "Vault" ("isDefault") WHERE "isDefault";
ALTER TABLE "Vault" ADD CONSTRAINT "Vault_default_is_enabled" CHECK (NOT "isDefault" OR "state" = 'enabled');

-- The id of a vault's row was the id in the vault. The oldest vault stays the one that new backups use.
UPDATE "Vault" SET "identity" = "id"::text;
UPDATE "Vault" SET "credentialKind" = 'none' WHERE "kind" = 'folder';
UPDATE "Vault" SET "isDefault" = TRUE WHERE "id" = (SELECT "id" FROM "Vault" ORDER BY "createdAt", "id" LIMIT 1);
UPDATE "Job" SET "vaultId" = COALESCE(
  (SELECT p."vaultId" FROM "RecoveryPoint" p WHERE p."id" = "Job"."pointId"),
  (SELECT "id" FROM "Vault" WHERE "isDefault")
) WHERE "state" IN ('queued', 'running');
