-- Second copies wait for backups.
ALTER TABLE "Job" DROP CONSTRAINT "Job_waitsFor";
ALTER TABLE "Job" ADD CONSTRAINT "Job_waitsFor"
  CHECK ("waitsFor" IN ('outage', 'previous', 'window', 'restores', 'backups', 'deadlines', 'share', 'slots'));
