/** Who can give a permission in a place. */
import { organisationRoles, type Permission } from "@kluis/domain";
import type { Tx } from "../tx.ts";
import { assignmentFields, groupNames, groupsOf, parseAssignment, permissionsOf } from "./members.ts";

export interface GrantorRow {
  readonly name: string;
  /** null: in the whole organization. */
  readonly teamId: string | null;
  readonly isGroup: boolean;
}

/** More than this does not answer "whom do I ask". */
const most = 10;
const readMost = 1_000;

/**
 * The users and groups who manage the members of these teams, or of the organization, and hold the permission there: those of the
 * teams first.
 */
export async function listGrantors(
  tx: Tx,
  { teamIds, permission }: { readonly teamIds: readonly string[]; readonly permission: Permission },
): Promise<GrantorRow[]> {
  const rows = await tx.roleAssignment.findMany({
    where: {
      OR: [{ teamId: null, role: { in: [...organisationRoles] } }, { teamId: { in: [...teamIds] } }],
    },
    orderBy: [{ teamId: "asc" }, { createdAt: "asc" }, { id: "asc" }],
    take: readMost,
    select: assignmentFields,
  });
  const able = rows.map(parseAssignment).filter(({ role, custom, teamId, person }) => {
    if (person?.disabledAt) return false;
    const held = permissionsOf(role, custom);
    return held.includes(teamId === null ? "platform:manage" : "team:manage") && held.includes(permission);
  });
  const shown = able.slice(0, most);
  const names = await groupNames(tx, groupsOf(shown));
  return shown.map(({ person, groupId, teamId }) => ({
    name: person?.name ?? names.get(groupId ?? "") ?? groupId ?? "",
    teamId,
    isGroup: person === null,
  }));
}
