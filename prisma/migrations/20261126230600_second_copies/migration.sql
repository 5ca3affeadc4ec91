-- AlterTable
ALTER TABLE "Vault" ADD COLUMN     "copy" JSONB;

-- AlterTable
ALTER TABLE "RecoveryPoint" ADD COLUMN     "copyOf" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryPoint_copyOf_vaultId_key" ON "RecoveryPoint"("copyOf", "vaultId");

-- Written by hand from here on
ALTER TABLE "Job" DROP CONSTRAINT "Job_kind";
ALTER TABLE "Job" ADD CONSTRAINT "Job_kind" CHECK ("kind" IN ('backup', 'restore-disk', 'verify', 'delete-point', 'copy-point'));

-- Points that a vault copies: those that a backup made.
CREATE INDEX "RecoveryPoint_to_copy" ON "RecoveryPoint" ("vaultId", "takenAt") WHERE "copyOf" IS NULL AND "state" = 'available';

CREATE OR REPLACE FUNCTION "kluis_sum_points"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A second copy is no further point of the VM.
  IF coalesce(NEW."copyOf", OLD."copyOf") IS NOT NULL THEN RETURN NULL; END IF;
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
