-- Few rows each: what can be brought back, and what is pinned.
CREATE INDEX "RecoveryPoint_undo" ON "RecoveryPoint" ("vmId", "purgeAt") WHERE "state" = 'soft-deleted';
CREATE INDEX "RecoveryPoint_pinned" ON "RecoveryPoint" ("vmId") WHERE "pinnedAt" IS NOT NULL;
