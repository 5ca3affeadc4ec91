-- Defaults take the time from the time function, which tests move.

-- AlterTable
ALTER TABLE "Installation" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "EngineProcess" ALTER COLUMN "startedAt" SET DEFAULT kluis_now(),
ALTER COLUMN "heartbeatAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Person" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Team" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "RoleAssignment" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Session" ALTER COLUMN "createdAt" SET DEFAULT kluis_now(),
ALTER COLUMN "lastSeenAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "ApiToken" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "AzureConnection" ALTER COLUMN "createdAt" SET DEFAULT kluis_now(),
ALTER COLUMN "changedAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "VirtualMachine" ALTER COLUMN "firstSeenAt" SET DEFAULT kluis_now(),
ALTER COLUMN "lastSeenAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "AzureResource" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Policy" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "PolicyVersion" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Protection" ALTER COLUMN "since" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Occurrence" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Job" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "Vault" ALTER COLUMN "createdAt" SET DEFAULT kluis_now(),
ALTER COLUMN "changedAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "RecoveryPoint" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();

-- AlterTable
ALTER TABLE "VaultPack" ALTER COLUMN "createdAt" SET DEFAULT kluis_now();
