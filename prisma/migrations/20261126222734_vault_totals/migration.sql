-- CreateTable
CREATE TABLE "VaultTotal" (
    "vaultId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "bytes" DECIMAL(30,0) NOT NULL,

    CONSTRAINT "VaultTotal_pkey" PRIMARY KEY ("vaultId","kind")
);

-- CreateTable
CREATE TABLE "VaultTotalChange" (
    "id" BIGSERIAL NOT NULL,
    "vaultId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "bytes" DECIMAL(30,0) NOT NULL,

    CONSTRAINT "VaultTotalChange_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "VaultTotalChange_vaultId_idx" ON "VaultTotalChange"("vaultId");

-- Written by hand from here on
-- No pack and no point changes until the triggers see it.
LOCK TABLE "VaultPack", "RecoveryPoint" IN SHARE ROW EXCLUSIVE MODE;

CREATE FUNCTION "kluis_pack_kind"("idleSince" timestamptz, "condemnedAt" timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN "condemnedAt" IS NOT NULL THEN 'pack-condemned' WHEN "idleSince" IS NOT NULL THEN 'pack-idle' ELSE 'pack-used' END;

CREATE FUNCTION "kluis_total_packs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT "vaultId", kluis_pack_kind("idleSince", "condemnedAt"), count(*), sum(bytes) FROM newer GROUP BY 1, 2;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT "vaultId", kluis_pack_kind("idleSince", "condemnedAt"), -count(*), -sum(bytes) FROM older GROUP BY 1, 2;
  ELSE
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT "vaultId", kluis_pack_kind("idleSince", "condemnedAt"), sum(one), sum(one * bytes)
    FROM (SELECT "vaultId", "idleSince", "condemnedAt", bytes, 1 AS one FROM newer
      UNION ALL SELECT "vaultId", "idleSince", "condemnedAt", bytes, -1 FROM older) changed
    GROUP BY 1, 2 HAVING sum(one) <> 0 OR sum(one * bytes) <> 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "VaultPack_totals_insert" AFTER INSERT ON "VaultPack" REFERENCING NEW TABLE AS newer
  FOR EACH STATEMENT EXECUTE FUNCTION "kluis_total_packs"();
CREATE TRIGGER "VaultPack_totals_update" AFTER UPDATE ON "VaultPack" REFERENCING OLD TABLE AS older NEW TABLE AS newer
  FOR EACH STATEMENT EXECUTE FUNCTION "kluis_total_packs"();
CREATE TRIGGER "VaultPack_totals_delete" AFTER DELETE ON "VaultPack" REFERENCING OLD TABLE AS older
  FOR EACH STATEMENT EXECUTE FUNCTION "kluis_total_packs"();

-- What a point adds to the totals of its vault: its state with the bytes that it stored, its content while it can be restored or brought
-- back, and its pin.
CREATE FUNCTION "kluis_point_totals"(point "RecoveryPoint", one int) RETURNS TABLE (kind text, count bigint, bytes numeric)
LANGUAGE sql IMMUTABLE AS $$
  SELECT t.kind, one, one * t.bytes::numeric FROM (VALUES
    ('point-' || point.state, TRUE, point."storedBytes"),
    ('content', point.state IN ('available', 'damaged', 'soft-deleted'), point."allocatedBytes"),
    ('point-pinned', point."pinnedAt" IS NOT NULL AND point.state IN ('available', 'damaged'), point."storedBytes")
  ) t (kind, "isCounted", bytes) WHERE t."isCounted"
$$;

CREATE FUNCTION "kluis_total_points"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT OLD."vaultId", t.kind, t.count, t.bytes FROM kluis_point_totals(OLD, -1) t;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO "VaultTotalChange" ("vaultId", kind, count, bytes)
    SELECT NEW."vaultId", t.kind, t.count, t.bytes FROM kluis_point_totals(NEW, 1) t;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "RecoveryPoint_vault_totals"
  AFTER INSERT OR DELETE OR UPDATE OF "state", "vaultId", "storedBytes", "allocatedBytes", "pinnedAt" ON "RecoveryPoint"
  FOR EACH ROW EXECUTE FUNCTION "kluis_total_points"();

INSERT INTO "VaultTotal" ("vaultId", kind, count, bytes)
SELECT "vaultId", kluis_pack_kind("idleSince", "condemnedAt"), count(*), sum(bytes) FROM "VaultPack" GROUP BY 1, 2;
INSERT INTO "VaultTotal" ("vaultId", kind, count, bytes)
SELECT p."vaultId", t.kind, sum(t.count), sum(t.bytes) FROM "RecoveryPoint" p CROSS JOIN LATERAL kluis_point_totals(p, 1) t GROUP BY 1, 2;
