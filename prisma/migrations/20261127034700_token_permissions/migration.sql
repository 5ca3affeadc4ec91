-- An empty list meant all permissions of the owner, and now means none. Existing tokens keep what their owner holds at this moment.
WITH granted("role", "permissions") AS (VALUES
  ('owner', ARRAY['inventory:read', 'backup:run', 'protection:write', 'policy:write', 'policy:scripts', 'restore:files', 'restore:disks', 'restore:replace', 'point:delete', 'retention:shorten', 'point:pin', 'point:unpin', 'report:read', 'audit:read', 'team:manage', 'platform:manage', 'approval:decide', 'self']),
  ('backup-admin', ARRAY['inventory:read', 'self', 'backup:run', 'restore:files', 'restore:disks', 'protection:write', 'policy:write', 'restore:replace', 'point:delete', 'retention:shorten', 'point:pin', 'point:unpin', 'report:read', 'team:manage', 'approval:decide']),
  ('operator', ARRAY['inventory:read', 'self', 'backup:run', 'restore:files', 'restore:disks']),
  ('reader', ARRAY['inventory:read', 'self']),
  ('auditor', ARRAY['inventory:read', 'self', 'report:read', 'audit:read'])
)
UPDATE "ApiToken" AS token
SET "permissions" = ARRAY(
  SELECT DISTINCT permission
  FROM "Person" AS person
  JOIN "RoleAssignment" AS held ON held."personId" = person."id" OR held."groupId" = ANY (person."groupIds")
  JOIN granted ON granted."role" = held."role"
  CROSS JOIN LATERAL unnest(granted."permissions") AS permission
  WHERE person."id" = token."personId"
  UNION SELECT 'self'
  ORDER BY 1
)
WHERE token."permissions" = '{}';
