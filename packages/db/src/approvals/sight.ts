/** Which requests a user sees, and which they may decide, in SQL. */
import type { VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

/** What decides whether a user sees a request. */
export interface ApprovalSight {
  /** Their own requests are in sight; null: only those about what they see. */
  readonly personId: string | null;
  /** The VMs that they see. */
  readonly visibility: VmVisibility;
}

/** What decides whether a user may decide a request. */
export interface ApprovalReach {
  /** The users who are the same human being as the user, the user included. */
  readonly personIds: readonly string[];
  /** The VMs and teams on which they may decide. */
  readonly visibility: VmVisibility;
}

/** VMs of the request `a` for which a condition on `vm` holds. */
export function itemsSql(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(SELECT FROM "ApprovalItem" item JOIN "VirtualMachine" vm ON vm.id = item."vmId"
    WHERE item."requestId" = a.id AND ${condition})`;
}

/** One's own, and those about a VM, a policy or a team that one sees. */
export function approvalSeenSql({ personId, visibility }: ApprovalSight): Prisma.Sql {
  if (visibility.all) return Prisma.sql`TRUE`;
  const ofPolicy = Prisma.sql`EXISTS (SELECT FROM "Policy" policy WHERE policy.id = a."policyId"
    AND (policy."teamId" IS NULL OR policy."teamId" = ANY(${[...visibility.teamIds]}::uuid[])))`;
  const ofTeam = Prisma.sql`a."onTeamId" = ANY(${[...visibility.teamIds]}::uuid[])`;
  return Prisma.sql`(a."requesterId" = ${personId}::uuid OR ${ofPolicy} OR ${ofTeam} OR EXISTS ${itemsSql(vmVisibleSql(visibility))})`;
}

/** Whether the request waits now. */
export const approvalOpenSql = Prisma.sql`(a.state = 'pending' AND a."expiresAt" > kluis_now())`;

/** Requests that wait for the user: of another human being, and on nothing that the user may not decide about. */
export function approvalDecidableSql({ personIds, visibility }: ApprovalReach): Prisma.Sql {
  const ofOthers = Prisma.sql`a."requesterId" <> ALL(${[...personIds]}::uuid[])`;
  if (visibility.all) return Prisma.sql`(${approvalOpenSql} AND ${ofOthers})`;
  const teams = Prisma.sql`NOT a."onOrganisation" AND (a."onTeamId" IS NULL OR a."onTeamId" = ANY(${[...visibility.teamIds]}::uuid[]))`;
  const names = Prisma.sql`(a."onTeamId" IS NOT NULL OR EXISTS ${itemsSql(Prisma.sql`TRUE`)})`;
  const beyond = itemsSql(Prisma.sql`NOT ${vmVisibleSql(visibility)}`);
  return Prisma.sql`(${approvalOpenSql} AND ${ofOthers} AND ${teams} AND ${names} AND NOT EXISTS ${beyond})`;
}
