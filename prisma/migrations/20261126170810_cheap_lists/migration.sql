-- CreateTable
CREATE TABLE "VmPoints" (
    "vmId" UUID NOT NULL,
    "points" INTEGER NOT NULL,
    "logicalBytes" BIGINT NOT NULL,
    "storedBytes" BIGINT NOT NULL,

    CONSTRAINT "VmPoints_pkey" PRIMARY KEY ("vmId")
);

-- CreateIndex
CREATE INDEX "Job_createdAt_id_idx" ON "Job"("createdAt", "id");

-- CreateIndex
CREATE INDEX "RecoveryPoint_createdAt_idx" ON "RecoveryPoint"("createdAt");

-- CreateIndex
CREATE INDEX "RecoveryPoint_movedBytes_idx" ON "RecoveryPoint"("movedBytes");

-- CreateIndex
CREATE INDEX "RecoveryPoint_expiresAt_idx" ON "RecoveryPoint"("expiresAt");

-- CreateIndex
CREATE INDEX "RecoveryPoint_consistencyReached_takenAt_idx" ON "RecoveryPoint"("consistencyReached", "takenAt");

-- Written by hand from here on
CREATE INDEX "VirtualMachine_by_name" ON "VirtualMachine" (lower("name"), "id");
CREATE INDEX "Job_ended_backups" ON "Job" ("endedAt", "vmId", "state") WHERE "kind" = 'backup';
CREATE INDEX "Occurrence_missed" ON "Occurrence" ("dueAt") WHERE "state" = 'missed';

CREATE FUNCTION "kluis_sum_points"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD."state" IN ('available', 'damaged') THEN
    UPDATE "VmPoints" SET "points" = "points" - 1, "logicalBytes" = "logicalBytes" - OLD."logicalBytes",
      "storedBytes" = "storedBytes" - OLD."storedBytes" WHERE "vmId" = OLD."vmId";
  END IF;
  IF TG_OP <> 'DELETE' AND NEW."state" IN ('available', 'damaged') THEN
    INSERT INTO "VmPoints" ("vmId", "points", "logicalBytes", "storedBytes")
    VALUES (NEW."vmId", 1, NEW."logicalBytes", NEW."storedBytes")
    ON CONFLICT ("vmId") DO UPDATE SET "points" = "VmPoints"."points" + 1,
      "logicalBytes" = "VmPoints"."logicalBytes" + excluded."logicalBytes",
      "storedBytes" = "VmPoints"."storedBytes" + excluded."storedBytes";
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "RecoveryPoint_sums" AFTER INSERT OR DELETE OR UPDATE OF "state", "vmId", "logicalBytes", "storedBytes"
  ON "RecoveryPoint" FOR EACH ROW EXECUTE FUNCTION "kluis_sum_points"();

INSERT INTO "VmPoints" ("vmId", "points", "logicalBytes", "storedBytes")
SELECT "vmId", count(*), sum("logicalBytes"), sum("storedBytes") FROM "RecoveryPoint"
WHERE "state" IN ('available', 'damaged') GROUP BY "vmId";
