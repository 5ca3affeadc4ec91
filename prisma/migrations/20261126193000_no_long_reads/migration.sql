-- CreateIndex
CREATE INDEX "VaultPack_vaultId_createdAt_idx" ON "VaultPack"("vaultId", "createdAt");

-- Written by hand from here on
DROP INDEX "Job_ended_backups";
CREATE INDEX "Job_ended_backups" ON "Job" ("endedAt", "vmId", "state", "deadlineMet") WHERE "kind" = 'backup';

-- What jobs left, without the collection that each VM has.
CREATE INDEX "AzureResource_left" ON "AzureResource" ("createdAt")
  WHERE "wanted" = 'present' AND "state" IN ('planned', 'created') AND "kind" <> 'restore-point-collection';
CREATE INDEX "AzureResource_kept" ON "AzureResource" ("id") WHERE "wanted" = 'kept' AND "state" = 'created';
