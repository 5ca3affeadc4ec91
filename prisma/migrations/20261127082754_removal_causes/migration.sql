-- Who put a VM under its policy and which version held before, and which rules removed a point: a removal by a change of rules names who
-- made the change. Null for everything from before.
ALTER TABLE "Protection" ADD COLUMN     "assignedAt" TIMESTAMPTZ(3),
ADD COLUMN     "assignedBy" JSONB,
ADD COLUMN     "rulesBefore" UUID;

ALTER TABLE "RecoveryPoint" ADD COLUMN     "deleteCause" JSONB;
