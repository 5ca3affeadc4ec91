-- AlterTable
ALTER TABLE "RecoveryPoint" ADD COLUMN     "healTries" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "healedFromCopyAt" TIMESTAMPTZ(3),
ADD COLUMN     "notHealed" TEXT;

-- Written by hand from here on: what the schema language cannot express.
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_notHealed"
  CHECK ("notHealed" IN ('content', 'manifest', 'damaged', 'failed') AND "healTries" >= 0);
-- Few: those that the keeper of copies looks at.
CREATE INDEX "RecoveryPoint_healing" ON "RecoveryPoint" (id)
  WHERE state = 'damaged' AND ("notHealed" IS NOT NULL OR "healedFromCopyAt" IS NOT NULL);
