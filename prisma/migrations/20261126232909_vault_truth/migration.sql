-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "adoptAskedAt" TIMESTAMPTZ(3),
ADD COLUMN     "comparedAt" TIMESTAMPTZ(3),
ADD COLUMN     "comparison" JSONB,
ADD COLUMN     "doubtedAt" TIMESTAMPTZ(3),
ADD COLUMN     "strays" JSONB,
ADD COLUMN     "truth" TEXT NOT NULL DEFAULT 'agrees',
ADD COLUMN     "truthAcceptedAt" TIMESTAMPTZ(3),
ADD COLUMN     "truthAt" TIMESTAMPTZ(3),
ADD COLUMN     "truthFacts" JSONB;
