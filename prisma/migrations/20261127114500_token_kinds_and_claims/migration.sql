-- Tokens have a kind, an optional team, and a limit of days without a use. Existing tokens are standard ones with the default limit.
-- AlterTable
ALTER TABLE "ApiToken" ADD COLUMN     "idleDays" INTEGER NOT NULL DEFAULT 90,
ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'standard',
ADD COLUMN     "teamId" UUID;

ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_kind" CHECK ("kind" IN ('standard', 'agent'));
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_idle_days" CHECK ("idleDays" BETWEEN 1 AND 366);

-- CreateTable
CREATE TABLE "OwnerClaim" (
    "codeHash" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OwnerClaim_pkey" PRIMARY KEY ("codeHash"),
    CONSTRAINT "OwnerClaim_digest" CHECK (length("codeHash") = 32)
);

-- CreateTable
CREATE TABLE "OwnerClaimGuess" (
    "personId" UUID NOT NULL,
    "guesses" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OwnerClaimGuess_pkey" PRIMARY KEY ("personId")
);
