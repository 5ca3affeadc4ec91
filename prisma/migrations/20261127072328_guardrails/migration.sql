-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "region" TEXT;

-- CreateTable
CREATE TABLE "GuardrailVersion" (
    "version" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),
    "createdBy" JSONB NOT NULL,

    CONSTRAINT "GuardrailVersion_version" CHECK (version >= 1),
    CONSTRAINT "GuardrailVersion_pkey" PRIMARY KEY ("version")
);
