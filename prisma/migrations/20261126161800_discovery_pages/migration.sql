-- AlterTable
ALTER TABLE "VirtualMachine" ADD COLUMN     "problem" JSONB,
ADD COLUMN     "problemSince" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "InventoryPage" (
    "passId" UUID NOT NULL,
    "subscriptionId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "items" JSONB NOT NULL,
    "storedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),

    CONSTRAINT "InventoryPage_pkey" PRIMARY KEY ("passId","subscriptionId","kind","number")
);

-- CreateIndex
CREATE INDEX "InventoryPage_storedAt_idx" ON "InventoryPage"("storedAt");

-- By hand: the words of db/src/inventory/pages.ts.
ALTER TABLE "InventoryPage" ADD CONSTRAINT "InventoryPage_kind" CHECK (kind IN ('states', 'disks', 'problem'));
