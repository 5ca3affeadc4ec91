-- Points in the order of scheduled verification: those that were not read for the longest, new ones since they were taken.
DROP INDEX "RecoveryPoint_to_read";
CREATE INDEX "RecoveryPoint_to_read" ON "RecoveryPoint" (coalesce("readAt", "takenAt"), "id")
  WHERE "state" IN ('available', 'damaged');
