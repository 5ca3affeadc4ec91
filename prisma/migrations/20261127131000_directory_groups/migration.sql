-- AlterTable
ALTER TABLE "DirectoryGroup" ADD COLUMN     "deletedAt" TIMESTAMPTZ(3),
ADD COLUMN     "readAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Person" ADD COLUMN     "groupsProblem" JSONB,
ADD COLUMN     "groupsReadAt" TIMESTAMPTZ(3),
ADD COLUMN     "groupsUntil" TIMESTAMPTZ(3),
ADD COLUMN     "missingHow" TEXT,
ADD COLUMN     "missingSince" TIMESTAMPTZ(3);

ALTER TABLE "Person" ADD CONSTRAINT "Person_missing_check"
  CHECK (("missingSince" IS NULL) = ("missingHow" IS NULL) AND "missingHow" IN ('disabled', 'deleted'));
ALTER TABLE "Person" ADD CONSTRAINT "Person_groups_check" CHECK (("groupsReadAt" IS NULL) = ("groupsUntil" IS NULL));

-- Groups were read at the last sign-in. They give rights for one more day, in which the directory is read.
UPDATE "Person" SET "groupsReadAt" = COALESCE("lastSeenAt", "createdAt"), "groupsUntil" = kluis_now() + interval '24 hours';
