-- AlterTable
ALTER TABLE "AzureResource" ADD COLUMN     "claimedBy" UUID;
