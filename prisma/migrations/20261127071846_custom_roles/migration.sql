-- DropForeignKey
ALTER TABLE "Policy" DROP CONSTRAINT "Policy_teamId_fkey";

-- AlterTable
ALTER TABLE "Person" ADD COLUMN     "disabledAt" TIMESTAMPTZ(3),
ADD COLUMN     "disabledBy" TEXT,
ADD COLUMN     "humanId" UUID;

-- AlterTable
ALTER TABLE "RoleAssignment" ADD COLUMN     "roleId" UUID,
ALTER COLUMN "role" DROP NOT NULL;

-- CreateTable
CREATE TABLE "Role" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "teamId" UUID,
    "permissions" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT kluis_now(),

    CONSTRAINT "Role_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DirectoryGroup" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "DirectoryGroup_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Role_teamId_idx" ON "Role"("teamId");

-- CreateIndex
CREATE INDEX "Person_humanId_idx" ON "Person"("humanId");

-- CreateIndex
CREATE INDEX "RoleAssignment_teamId_idx" ON "RoleAssignment"("teamId");

-- CreateIndex
CREATE INDEX "RoleAssignment_roleId_idx" ON "RoleAssignment"("roleId");

-- AddForeignKey
ALTER TABLE "Role" ADD CONSTRAINT "Role_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_roleId_fkey" FOREIGN KEY ("roleId") REFERENCES "Role"("id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Policy" ADD CONSTRAINT "Policy_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Written by hand from here on: what the schema language cannot express.

-- A role is assigned once; earlier versions did not refuse a second row.
DELETE FROM "RoleAssignment" AS later USING "RoleAssignment" AS first
WHERE first."id" < later."id" AND first."role" = later."role"
  AND first."teamId" IS NOT DISTINCT FROM later."teamId"
  AND first."personId" IS NOT DISTINCT FROM later."personId"
  AND first."groupId" IS NOT DISTINCT FROM later."groupId";
CREATE UNIQUE INDEX "RoleAssignment_once" ON "RoleAssignment"
  (COALESCE("role", "roleId"::text), COALESCE("teamId"::text, ''), COALESCE("personId"::text, "groupId"));

-- A built-in role or a custom one. Only built-in ones can be held in the whole organization. A check that is unknown passes, so each
-- part is never null.
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_one_role" CHECK (("role" IS NULL) <> ("roleId" IS NULL));
ALTER TABLE "RoleAssignment" DROP CONSTRAINT "RoleAssignment_organisation_roles";
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_organisation_roles"
  CHECK ("teamId" IS NOT NULL OR COALESCE("role", '') IN ('owner', 'auditor'));

-- A custom role is a role of a team: it never gives the platform.
ALTER TABLE "Role" ADD CONSTRAINT "Role_permissions"
  CHECK (cardinality("permissions") > 0 AND NOT ('platform:manage' = ANY ("permissions")));
CREATE UNIQUE INDEX "Role_name" ON "Role" (lower("name"), COALESCE("teamId"::text, ''));

ALTER TABLE "Person" ADD CONSTRAINT "Person_disabled"
  CHECK (("disabledAt" IS NULL) = ("disabledBy" IS NULL) AND COALESCE("disabledBy", 'kluis') IN ('kluis', 'directory'));
CREATE INDEX "Person_groups" ON "Person" USING gin ("groupIds");
