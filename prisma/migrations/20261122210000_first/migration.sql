-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "installationId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EngineProcess" (
    "id" UUID NOT NULL,
    "lockKey" BIGINT NOT NULL,
    "hostname" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "workerIds" TEXT[],
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeatAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "EngineProcess_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PartHealth" (
    "part" TEXT NOT NULL,
    "ok" BOOLEAN NOT NULL,
    "code" TEXT,
    "message" TEXT NOT NULL,
    "checkedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "PartHealth_pkey" PRIMARY KEY ("part")
);

-- CreateTable
CREATE TABLE "Person" (
    "id" UUID NOT NULL,
    "tenantId" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "groupIds" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3),

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Team" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TeamScope" (
    "id" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subscriptionId" TEXT,
    "resourceGroup" TEXT,
    "tagName" TEXT,
    "tagValue" TEXT,

    CONSTRAINT "TeamScope_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RoleAssignment" (
    "id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "teamId" UUID,
    "personId" UUID,
    "groupId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RoleAssignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "personId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "personId" UUID NOT NULL,
    "permissions" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Subscription" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "readable" BOOLEAN NOT NULL DEFAULT true,
    "problem" JSONB,
    "seenAt" TIMESTAMPTZ(3),

    CONSTRAINT "Subscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VirtualMachine" (
    "id" UUID NOT NULL,
    "resourceId" TEXT NOT NULL,
    "azureVmId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "subscriptionId" TEXT NOT NULL,
    "resourceGroup" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "osType" TEXT NOT NULL,
    "size" TEXT NOT NULL,
    "powerState" TEXT NOT NULL,
    "agentState" TEXT NOT NULL,
    "tags" JSONB NOT NULL,
    "tagIndex" TEXT[],
    "disks" JSONB NOT NULL,
    "configuration" JSONB NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "VirtualMachine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AzureResource" (
    "id" UUID NOT NULL,
    "jobId" UUID,
    "vmId" UUID,
    "pointId" UUID,
    "kind" TEXT NOT NULL,
    "resourceId" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "keepUntil" TIMESTAMPTZ(3),
    "removedAt" TIMESTAMPTZ(3),

    CONSTRAINT "AzureResource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Policy" (
    "id" UUID NOT NULL,
    "teamId" UUID,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "currentVersion" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PolicyVersion" (
    "id" UUID NOT NULL,
    "policyId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" JSONB NOT NULL,

    CONSTRAINT "PolicyVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Protection" (
    "id" UUID NOT NULL,
    "vmId" UUID NOT NULL,
    "policyId" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "excludedDisks" TEXT[],
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stoppedAt" TIMESTAMPTZ(3),
    "scheduledThrough" TIMESTAMPTZ(3) NOT NULL,
    "extensionReadyAt" TIMESTAMPTZ(3),
    "guestChanges" JSONB,

    CONSTRAINT "Protection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Occurrence" (
    "id" UUID NOT NULL,
    "protectionId" UUID NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "jobId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Occurrence_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "vmId" UUID,
    "pointId" UUID,
    "policyVersionId" UUID,
    "trigger" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "memory" JSONB NOT NULL DEFAULT '{}',
    "stage" TEXT NOT NULL DEFAULT 'queued',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMPTZ(3),
    "deadlineAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "cancelAskedAt" TIMESTAMPTZ(3),
    "error" JSONB,
    "warnings" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobStep" (
    "id" UUID NOT NULL,
    "jobId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "message" TEXT NOT NULL DEFAULT '',
    "detail" JSONB NOT NULL DEFAULT '{}',
    "startedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "JobStep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobDisk" (
    "id" UUID NOT NULL,
    "jobId" UUID NOT NULL,
    "diskKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "resourceId" TEXT NOT NULL,
    "diskUniqueId" TEXT NOT NULL DEFAULT '',
    "sku" TEXT NOT NULL DEFAULT '',
    "diskBytes" BIGINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "deltaMethod" TEXT,
    "deltaReason" TEXT,
    "baseNode" TEXT,
    "plannedBytes" BIGINT NOT NULL DEFAULT 0,
    "readBytes" BIGINT NOT NULL DEFAULT 0,
    "changedBytes" BIGINT NOT NULL DEFAULT 0,
    "movedBytes" BIGINT NOT NULL DEFAULT 0,
    "storedBytes" BIGINT NOT NULL DEFAULT 0,
    "chunksNew" INTEGER NOT NULL DEFAULT 0,
    "chunksReused" INTEGER NOT NULL DEFAULT 0,
    "root" TEXT,
    "rootDigest" TEXT,
    "startedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "JobDisk_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobSegment" (
    "id" UUID NOT NULL,
    "jobDiskId" UUID NOT NULL,
    "segment" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "extents" JSONB NOT NULL,
    "node" TEXT,
    "stats" JSONB,
    "startedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "JobSegment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Vault" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "keyId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Vault_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RecoveryPoint" (
    "id" UUID NOT NULL,
    "vmId" UUID NOT NULL,
    "vaultId" UUID NOT NULL,
    "jobId" UUID NOT NULL,
    "policyVersionId" UUID,
    "state" TEXT NOT NULL DEFAULT 'available',
    "trigger" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "vmFacts" JSONB NOT NULL,
    "occurrenceDueAt" TIMESTAMPTZ(3),
    "takenAt" TIMESTAMPTZ(3) NOT NULL,
    "snapshotStartedAt" TIMESTAMPTZ(3) NOT NULL,
    "snapshotEndedAt" TIMESTAMPTZ(3) NOT NULL,
    "snapshotRemovedAt" TIMESTAMPTZ(3),
    "instantRestoreUntil" TIMESTAMPTZ(3),
    "transferStartedAt" TIMESTAMPTZ(3) NOT NULL,
    "transferEndedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "consistencyWanted" TEXT NOT NULL,
    "consistencyReached" TEXT NOT NULL,
    "consistencyReason" TEXT,
    "azureConsistency" TEXT NOT NULL,
    "deadlineAt" TIMESTAMPTZ(3),
    "deadlineMet" BOOLEAN,
    "gapSeconds" INTEGER,
    "retries" INTEGER NOT NULL DEFAULT 0,
    "logicalBytes" BIGINT NOT NULL,
    "allocatedBytes" BIGINT NOT NULL,
    "readBytes" BIGINT NOT NULL,
    "changedBytes" BIGINT NOT NULL,
    "movedBytes" BIGINT NOT NULL,
    "storedBytes" BIGINT NOT NULL,
    "chunksNew" INTEGER NOT NULL,
    "chunksReused" INTEGER NOT NULL,
    "manifestDigest" TEXT NOT NULL,
    "keyId" TEXT NOT NULL,
    "tiers" TEXT[],
    "expiresAt" TIMESTAMPTZ(3),
    "pinnedAt" TIMESTAMPTZ(3),
    "deletedAt" TIMESTAMPTZ(3),
    "deletedBy" JSONB,
    "deleteReason" TEXT,
    "lastVerifiedAt" TIMESTAMPTZ(3),
    "lastVerifyMode" TEXT,
    "lastVerifyOk" BOOLEAN,
    "lastVerifyDetail" JSONB,

    CONSTRAINT "RecoveryPoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RecoveryPointDisk" (
    "id" UUID NOT NULL,
    "pointId" UUID NOT NULL,
    "diskKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "resourceId" TEXT NOT NULL,
    "diskUniqueId" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "diskBytes" BIGINT NOT NULL,
    "root" TEXT,
    "rootDigest" TEXT NOT NULL,
    "deltaMethod" TEXT NOT NULL,
    "deltaReason" TEXT,
    "allocatedBytes" BIGINT NOT NULL DEFAULT 0,
    "readBytes" BIGINT NOT NULL,
    "changedBytes" BIGINT NOT NULL,
    "movedBytes" BIGINT NOT NULL,
    "storedBytes" BIGINT NOT NULL,

    CONSTRAINT "RecoveryPointDisk_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VaultChunk" (
    "vaultId" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "packId" TEXT NOT NULL,
    "offset" INTEGER NOT NULL,
    "length" INTEGER NOT NULL,
    "plainLength" INTEGER NOT NULL,

    CONSTRAINT "VaultChunk_pkey" PRIMARY KEY ("vaultId","digest")
);

-- CreateTable
CREATE TABLE "VaultPack" (
    "vaultId" UUID NOT NULL,
    "packId" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "jobId" UUID,
    "condemnedAt" TIMESTAMPTZ(3),

    CONSTRAINT "VaultPack_pkey" PRIMARY KEY ("vaultId","packId")
);

-- CreateTable
CREATE TABLE "LedgerEvent" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "target" JSONB NOT NULL,
    "teamIds" TEXT[],
    "vmId" UUID,
    "data" JSONB NOT NULL,
    "prevDigest" TEXT NOT NULL,
    "digest" TEXT NOT NULL,

    CONSTRAINT "LedgerEvent_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "LedgerAnchor" (
    "id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "signedAt" TIMESTAMPTZ(3) NOT NULL,
    "keyId" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "vaultName" TEXT,

    CONSTRAINT "LedgerAnchor_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Installation_installationId_key" ON "Installation"("installationId");

-- CreateIndex
CREATE UNIQUE INDEX "EngineProcess_lockKey_key" ON "EngineProcess"("lockKey");

-- CreateIndex
CREATE UNIQUE INDEX "Person_tenantId_objectId_key" ON "Person"("tenantId", "objectId");

-- CreateIndex
CREATE UNIQUE INDEX "Team_slug_key" ON "Team"("slug");

-- CreateIndex
CREATE INDEX "TeamScope_teamId_idx" ON "TeamScope"("teamId");

-- CreateIndex
CREATE INDEX "RoleAssignment_personId_idx" ON "RoleAssignment"("personId");

-- CreateIndex
CREATE INDEX "RoleAssignment_groupId_idx" ON "RoleAssignment"("groupId");

-- CreateIndex
CREATE UNIQUE INDEX "Session_tokenHash_key" ON "Session"("tokenHash");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_tokenHash_key" ON "ApiToken"("tokenHash");

-- CreateIndex
CREATE INDEX "VirtualMachine_subscriptionId_resourceGroup_idx" ON "VirtualMachine"("subscriptionId", "resourceGroup");

-- CreateIndex
CREATE INDEX "VirtualMachine_name_idx" ON "VirtualMachine"("name");

-- CreateIndex
CREATE INDEX "VirtualMachine_tagIndex_idx" ON "VirtualMachine" USING GIN ("tagIndex");

-- CreateIndex
CREATE UNIQUE INDEX "VirtualMachine_resourceId_azureVmId_key" ON "VirtualMachine"("resourceId", "azureVmId");

-- CreateIndex
CREATE INDEX "AzureResource_state_keepUntil_idx" ON "AzureResource"("state", "keepUntil");

-- CreateIndex
CREATE INDEX "AzureResource_jobId_idx" ON "AzureResource"("jobId");

-- CreateIndex
CREATE INDEX "AzureResource_vmId_kind_state_idx" ON "AzureResource"("vmId", "kind", "state");

-- CreateIndex
CREATE UNIQUE INDEX "AzureResource_kind_resourceId_key" ON "AzureResource"("kind", "resourceId");

-- CreateIndex
CREATE UNIQUE INDEX "Policy_name_key" ON "Policy"("name");

-- CreateIndex
CREATE UNIQUE INDEX "PolicyVersion_policyId_version_key" ON "PolicyVersion"("policyId", "version");

-- CreateIndex
CREATE UNIQUE INDEX "Protection_vmId_key" ON "Protection"("vmId");

-- CreateIndex
CREATE INDEX "Protection_state_idx" ON "Protection"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Occurrence_jobId_key" ON "Occurrence"("jobId");

-- CreateIndex
CREATE UNIQUE INDEX "Occurrence_protectionId_dueAt_key" ON "Occurrence"("protectionId", "dueAt");

-- CreateIndex
CREATE INDEX "Job_state_createdAt_idx" ON "Job"("state", "createdAt");

-- CreateIndex
CREATE INDEX "Job_vmId_createdAt_idx" ON "Job"("vmId", "createdAt");

-- CreateIndex
CREATE INDEX "Job_kind_createdAt_idx" ON "Job"("kind", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "JobStep_jobId_name_key" ON "JobStep"("jobId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "JobDisk_jobId_diskKey_key" ON "JobDisk"("jobId", "diskKey");

-- CreateIndex
CREATE UNIQUE INDEX "JobSegment_jobDiskId_segment_key" ON "JobSegment"("jobDiskId", "segment");

-- CreateIndex
CREATE UNIQUE INDEX "Vault_name_key" ON "Vault"("name");

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryPoint_jobId_key" ON "RecoveryPoint"("jobId");

-- CreateIndex
CREATE INDEX "RecoveryPoint_vmId_takenAt_idx" ON "RecoveryPoint"("vmId", "takenAt");

-- CreateIndex
CREATE INDEX "RecoveryPoint_state_takenAt_idx" ON "RecoveryPoint"("state", "takenAt");

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryPointDisk_pointId_diskKey_key" ON "RecoveryPointDisk"("pointId", "diskKey");

-- CreateIndex
CREATE INDEX "VaultChunk_vaultId_packId_idx" ON "VaultChunk"("vaultId", "packId");

-- CreateIndex
CREATE INDEX "VaultPack_vaultId_condemnedAt_idx" ON "VaultPack"("vaultId", "condemnedAt");

-- CreateIndex
CREATE UNIQUE INDEX "LedgerEvent_digest_key" ON "LedgerEvent"("digest");

-- CreateIndex
CREATE INDEX "LedgerEvent_at_idx" ON "LedgerEvent"("at");

-- CreateIndex
CREATE INDEX "LedgerEvent_kind_at_idx" ON "LedgerEvent"("kind", "at");

-- CreateIndex
CREATE INDEX "LedgerEvent_vmId_at_idx" ON "LedgerEvent"("vmId", "at");

-- CreateIndex
CREATE INDEX "LedgerEvent_teamIds_idx" ON "LedgerEvent" USING GIN ("teamIds");

-- AddForeignKey
ALTER TABLE "TeamScope" ADD CONSTRAINT "TeamScope_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Policy" ADD CONSTRAINT "Policy_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PolicyVersion" ADD CONSTRAINT "PolicyVersion_policyId_fkey" FOREIGN KEY ("policyId") REFERENCES "Policy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Protection" ADD CONSTRAINT "Protection_vmId_fkey" FOREIGN KEY ("vmId") REFERENCES "VirtualMachine"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Protection" ADD CONSTRAINT "Protection_policyId_fkey" FOREIGN KEY ("policyId") REFERENCES "Policy"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Occurrence" ADD CONSTRAINT "Occurrence_protectionId_fkey" FOREIGN KEY ("protectionId") REFERENCES "Protection"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_vmId_fkey" FOREIGN KEY ("vmId") REFERENCES "VirtualMachine"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobStep" ADD CONSTRAINT "JobStep_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobDisk" ADD CONSTRAINT "JobDisk_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobSegment" ADD CONSTRAINT "JobSegment_jobDiskId_fkey" FOREIGN KEY ("jobDiskId") REFERENCES "JobDisk"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_vmId_fkey" FOREIGN KEY ("vmId") REFERENCES "VirtualMachine"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_vaultId_fkey" FOREIGN KEY ("vaultId") REFERENCES "Vault"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryPointDisk" ADD CONSTRAINT "RecoveryPointDisk_pointId_fkey" FOREIGN KEY ("pointId") REFERENCES "RecoveryPoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written by hand from here on: what Prisma's schema language cannot say.

-- The ledger is append-only: the database refuses everything else, to the application's own role too.
CREATE FUNCTION "kluis_ledger_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The ledger is append-only: % on "%" is refused.', TG_OP, TG_TABLE_NAME USING ERRCODE = 'KL001';
END
$$;

CREATE TRIGGER "LedgerEvent_append_only" BEFORE UPDATE OR DELETE ON "LedgerEvent"
  FOR EACH ROW EXECUTE FUNCTION "kluis_ledger_is_append_only"();
CREATE TRIGGER "LedgerEvent_no_truncate" BEFORE TRUNCATE ON "LedgerEvent"
  FOR EACH STATEMENT EXECUTE FUNCTION "kluis_ledger_is_append_only"();
CREATE TRIGGER "LedgerAnchor_append_only" BEFORE UPDATE OR DELETE ON "LedgerAnchor"
  FOR EACH ROW EXECUTE FUNCTION "kluis_ledger_is_append_only"();
CREATE TRIGGER "LedgerAnchor_no_truncate" BEFORE TRUNCATE ON "LedgerAnchor"
  FOR EACH STATEMENT EXECUTE FUNCTION "kluis_ledger_is_append_only"();

ALTER TABLE "LedgerEvent" ADD CONSTRAINT "LedgerEvent_seq_positive" CHECK ("seq" > 0);
ALTER TABLE "LedgerEvent" ADD CONSTRAINT "LedgerEvent_digest_form"
  CHECK ("digest" ~ '^[0-9a-f]{64}$' AND "prevDigest" ~ '^[0-9a-f]{64}$');

-- Words that a column may hold (packages/domain names them).
ALTER TABLE "Installation" ADD CONSTRAINT "Installation_one_row" CHECK ("id" = 1);
ALTER TABLE "TeamScope" ADD CONSTRAINT "TeamScope_kind" CHECK (
  ("kind" = 'subscription' AND "subscriptionId" IS NOT NULL AND "resourceGroup" IS NULL AND "tagName" IS NULL) OR
  ("kind" = 'resource-group' AND "subscriptionId" IS NOT NULL AND "resourceGroup" IS NOT NULL AND "tagName" IS NULL) OR
  ("kind" = 'tag' AND "tagName" IS NOT NULL AND "tagValue" IS NOT NULL AND "resourceGroup" IS NULL));
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_role"
  CHECK ("role" IN ('owner', 'backup-admin', 'operator', 'reader', 'auditor'));
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_holder" CHECK (("personId" IS NULL) <> ("groupId" IS NULL));
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_organisation_roles"
  CHECK ("teamId" IS NOT NULL OR "role" IN ('owner', 'auditor'));
ALTER TABLE "VirtualMachine" ADD CONSTRAINT "VirtualMachine_lower_case"
  CHECK ("resourceId" = lower("resourceId") AND "subscriptionId" = lower("subscriptionId") AND "resourceGroup" = lower("resourceGroup"));
ALTER TABLE "VirtualMachine" ADD CONSTRAINT "VirtualMachine_os" CHECK ("osType" IN ('linux', 'windows'));
ALTER TABLE "AzureResource" ADD CONSTRAINT "AzureResource_kind"
  CHECK ("kind" IN ('restore-point-collection', 'restore-point', 'grant', 'disk'));
ALTER TABLE "AzureResource" ADD CONSTRAINT "AzureResource_state" CHECK ("state" IN ('planned', 'created', 'removed'));
ALTER TABLE "Protection" ADD CONSTRAINT "Protection_state" CHECK ("state" IN ('active', 'stopped'));
ALTER TABLE "Occurrence" ADD CONSTRAINT "Occurrence_state" CHECK ("state" IN ('started', 'missed', 'skipped'));
ALTER TABLE "Occurrence" ADD CONSTRAINT "Occurrence_job" CHECK (("state" = 'started') = ("jobId" IS NOT NULL));
ALTER TABLE "Job" ADD CONSTRAINT "Job_kind" CHECK ("kind" IN ('backup', 'restore-disk', 'verify', 'delete-point'));
ALTER TABLE "Job" ADD CONSTRAINT "Job_state"
  CHECK ("state" IN ('queued', 'running', 'succeeded', 'warning', 'failed', 'cancelled'));
ALTER TABLE "Job" ADD CONSTRAINT "Job_ended"
  CHECK (("state" IN ('queued', 'running')) = ("endedAt" IS NULL));
ALTER TABLE "JobStep" ADD CONSTRAINT "JobStep_state" CHECK ("state" IN ('waiting', 'running', 'done', 'skipped', 'failed'));
ALTER TABLE "JobDisk" ADD CONSTRAINT "JobDisk_state" CHECK ("state" IN ('waiting', 'running', 'done', 'failed'));
ALTER TABLE "JobDisk" ADD CONSTRAINT "JobDisk_delta"
  CHECK ("deltaMethod" IS NULL OR "deltaMethod" IN ('full', 'changed-ranges', 'digest-comparison'));
ALTER TABLE "JobSegment" ADD CONSTRAINT "JobSegment_state" CHECK ("state" IN ('waiting', 'running', 'done'));
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_state"
  CHECK ("state" IN ('available', 'damaged', 'deleting', 'deleted'));
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_consistency"
  CHECK ("consistencyWanted" IN ('application', 'file', 'crash') AND "consistencyReached" IN ('application', 'file', 'crash'));
ALTER TABLE "RecoveryPoint" ADD CONSTRAINT "RecoveryPoint_deleted" CHECK (("state" = 'deleted') = ("deletedAt" IS NOT NULL));

-- One living VM per resource id; one backup of a VM at a time.
CREATE UNIQUE INDEX "VirtualMachine_living_resource" ON "VirtualMachine" ("resourceId") WHERE "deletedAt" IS NULL;
CREATE UNIQUE INDEX "Job_one_backup_per_vm" ON "Job" ("vmId") WHERE "kind" = 'backup' AND "state" IN ('queued', 'running');

-- Look-ups by part of the table.
CREATE INDEX "RecoveryPoint_living_by_vm" ON "RecoveryPoint" ("vmId", "takenAt" DESC) WHERE "state" IN ('available', 'damaged');
CREATE INDEX "RecoveryPoint_expiring" ON "RecoveryPoint" ("expiresAt") WHERE "state" = 'available' AND "expiresAt" IS NOT NULL;
CREATE INDEX "RecoveryPoint_policy_version" ON "RecoveryPoint" ("policyVersionId");
CREATE INDEX "Job_open" ON "Job" ("createdAt") WHERE "state" IN ('queued', 'running');
CREATE INDEX "Session_person" ON "Session" ("personId");
CREATE INDEX "ApiToken_person" ON "ApiToken" ("personId");
CREATE INDEX "Protection_policy" ON "Protection" ("policyId");
CREATE INDEX "AzureResource_point" ON "AzureResource" ("pointId") WHERE "pointId" IS NOT NULL;
CREATE INDEX "EngineProcess_living" ON "EngineProcess" ("startedAt") WHERE "endedAt" IS NULL;
CREATE INDEX "LedgerEvent_target" ON "LedgerEvent" (("target" ->> 'id'), "kind");
CREATE INDEX "LedgerAnchor_seq" ON "LedgerAnchor" ("seq");
