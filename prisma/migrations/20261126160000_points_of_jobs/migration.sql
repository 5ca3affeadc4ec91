-- Written by hand from here on
-- Deletions of a point, and points whose deletion has started: retention looks for those without an open job.
CREATE INDEX "Job_by_point" ON "Job" ("pointId", "createdAt") WHERE "pointId" IS NOT NULL;
CREATE INDEX "RecoveryPoint_deleting" ON "RecoveryPoint" ("id") WHERE "state" = 'deleting';
