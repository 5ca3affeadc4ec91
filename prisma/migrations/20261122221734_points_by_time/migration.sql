-- CreateIndex
CREATE INDEX "RecoveryPoint_takenAt_id_idx" ON "RecoveryPoint"("takenAt", "id");
