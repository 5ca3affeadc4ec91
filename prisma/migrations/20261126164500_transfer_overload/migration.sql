-- AlterTable
ALTER TABLE "Installation" ADD COLUMN     "transferOverload" BOOLEAN NOT NULL DEFAULT false;

-- Written by hand from here on
-- The dispatcher asks often which jobs have a part that waits, and a job may have thousands that do not.
CREATE INDEX "JobSegment_waiting" ON "JobSegment" ("jobDiskId") WHERE "state" = 'waiting';
