-- Written by hand from here on
-- Few rows each: what can be brought back, and what is pinned.
CREATE INDEX "RecoveryPoint_undo" ON "RecoveryPoint" ("vmId", "purgeAt") WHERE "state" = 'soft-deleted';
CREATE INDEX "RecoveryPoint_pinned" ON "RecoveryPoint" ("vmId") WHERE "pinnedAt" IS NOT NULL;

-- A compacted pack whose object is gone keeps its row while something names it: it takes no space.
LOCK TABLE "VaultPack" IN SHARE ROW EXCLUSIVE MODE;

CREATE FUNCTION "kluis_pack_kind"("idleSince" timestamptz, "condemnedAt" timestamptz, "goneAt" timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN "goneAt" IS NOT NULL THEN 'pack-gone' ELSE kluis_pack_kind("idleSince", "condemnedAt") END;

CREATE OR REPLACE FUNCTION "kluis_total_packs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT "vaultId", kluis_pack_kind("idleSince", "condemnedAt", "goneAt"), count(*), sum(bytes) FROM newer GROUP BY 1, 2;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT "vaultId", kluis_pack_kind("idleSince", "condemnedAt", "goneAt"), -count(*), -sum(bytes) FROM older GROUP BY 1, 2;
  ELSE
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT "vaultId", kluis_pack_kind("idleSince", "condemnedAt", "goneAt"), sum(one), sum(one * bytes)
    FROM (SELECT "vaultId", "idleSince", "condemnedAt", "goneAt", bytes, 1 AS one FROM newer
      UNION ALL SELECT "vaultId", "idleSince", "condemnedAt", "goneAt", bytes, -1 FROM older) changed
    GROUP BY 1, 2 HAVING sum(one) <> 0 OR sum(one * bytes) <> 0;
  END IF;
  RETURN NULL;
END $$;

INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
SELECT p."vaultId", k.kind, sum(k.one), sum(k.one * p.bytes) FROM "VaultPack" p, LATERAL (VALUES
  (kluis_pack_kind(p."idleSince", p."condemnedAt"), -1), ('pack-gone', 1)) k (kind, one)
WHERE p."goneAt" IS NOT NULL GROUP BY 1, 2;
