-- AlterTable
ALTER TABLE "AzureResource" ADD COLUMN     "openDisk" TEXT,
ADD COLUMN     "openUntil" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "AzureResource_openDisk_openUntil_idx" ON "AzureResource"("openDisk", "openUntil");
