-- AlterTable
ALTER TABLE "RecoveryPoint" ADD COLUMN     "keptUntil" TIMESTAMPTZ(3),
ADD COLUMN     "pinReason" TEXT,
ADD COLUMN     "pinnedBy" JSONB,
ADD COLUMN     "purgeAt" TIMESTAMPTZ(3),
ADD COLUMN     "purgedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "VmPoints" ADD COLUMN     "softDeletedBytes" DECIMAL(30,0) NOT NULL DEFAULT 0,
ADD COLUMN     "softDeletedPoints" INTEGER NOT NULL DEFAULT 0;

-- Written by hand from here on
UPDATE "RecoveryPoint" SET "purgedAt" = "deletedAt" WHERE "state" = 'deleted';
UPDATE "RecoveryPoint" SET "deletedAt" = NULL WHERE "state" <> 'deleted' AND "deletedAt" IS NOT NULL;

ALTER TABLE "RecoveryPoint" DROP CONSTRAINT "RecoveryPoint_state";
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_state"
  CHECK ("state" IN ('available', 'damaged', 'soft-deleted', 'deleting', 'deleted'));
ALTER TABLE "RecoveryPoint" DROP CONSTRAINT "RecoveryPoint_deleted";
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_deleted" CHECK (CASE "state"
  WHEN 'available' THEN "deletedAt" IS NULL AND "purgeAt" IS NULL
  WHEN 'damaged' THEN "deletedAt" IS NULL AND "purgeAt" IS NULL
  WHEN 'soft-deleted' THEN "deletedAt" IS NOT NULL AND "purgeAt" IS NOT NULL AND "pinnedAt" IS NULL
  WHEN 'deleted' THEN "deletedAt" IS NOT NULL
  ELSE TRUE END);
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_purged" CHECK ("purgedAt" IS NULL OR "state" = 'deleted');

CREATE INDEX "RecoveryPoint_to_purge" ON "RecoveryPoint" ("purgeAt", "id") WHERE "state" = 'soft-deleted';

CREATE OR REPLACE FUNCTION "kluis_sum_points"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD."state" IN ('available', 'damaged') THEN
    UPDATE "VmPoints" SET "points" = "points" - 1, "logicalBytes" = "logicalBytes" - OLD."logicalBytes",
      "storedBytes" = "storedBytes" - OLD."storedBytes" WHERE "vmId" = OLD."vmId";
  ELSIF TG_OP <> 'INSERT' AND OLD."state" = 'soft-deleted' THEN
    UPDATE "VmPoints" SET "softDeletedPoints" = "softDeletedPoints" - 1,
      "softDeletedBytes" = "softDeletedBytes" - OLD."storedBytes" WHERE "vmId" = OLD."vmId";
  END IF;
  IF TG_OP <> 'DELETE' AND NEW."state" IN ('available', 'damaged') THEN
    INSERT INTO "VmPoints" ("vmId", "points", "logicalBytes", "storedBytes")
    VALUES (NEW."vmId", 1, NEW."logicalBytes", NEW."storedBytes")
    ON CONFLICT ("vmId") DO UPDATE SET "points" = "VmPoints"."points" + 1,
      "logicalBytes" = "VmPoints"."logicalBytes" + excluded."logicalBytes",
      "storedBytes" = "VmPoints"."storedBytes" + excluded."storedBytes";
  ELSIF TG_OP <> 'DELETE' AND NEW."state" = 'soft-deleted' THEN
    INSERT INTO "VmPoints" ("vmId", "points", "logicalBytes", "storedBytes", "softDeletedPoints", "softDeletedBytes")
    VALUES (NEW."vmId", 0, 0, 0, 1, NEW."storedBytes")
    ON CONFLICT ("vmId") DO UPDATE SET "softDeletedPoints" = "VmPoints"."softDeletedPoints" + 1,
      "softDeletedBytes" = "VmPoints"."softDeletedBytes" + excluded."softDeletedBytes";
  END IF;
  RETURN NULL;
END $$;
