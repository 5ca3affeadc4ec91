-- Removal is never at once: what a policy removes can be brought back for at least a day.
UPDATE "PolicyVersion" SET document = jsonb_set(document, '{softDeleteDays}', '1')
WHERE (document ->> 'softDeleteDays')::int < 1;

ALTER TABLE "PolicyVersion" ADD CONSTRAINT "PolicyVersion_softDeleteDays_least"
  CHECK (coalesce((document ->> 'softDeleteDays')::int, 1) >= 1);
