import {
  findPeople,
  findRoles,
  findTeam,
  type PersonRow,
  permissionsOf,
  type TeamRow,
  type Tx,
} from "@kluis/db";
import { type Access, can, type GrantedRole, KluisError, rolePermissions, roles } from "@kluis/domain";

/** The teams that the user sees: their own; undefined: all of them. */
export function teamsInSight(access: Access): readonly string[] | undefined {
  if (can(access, "inventory:read", { kind: "organisation" })) return undefined;
  return access.teams.map(({ id }) => id);
}

/**
 * Returns the visible team with this id, short name or name.
 * @throws KluisError NOT_FOUND, also for a team of others
 */
export async function requireTeam(tx: Tx, access: Access, ref: string): Promise<TeamRow> {
  const team = await findTeam(tx, ref);
  const seen = teamsInSight(access);
  if (team !== null && (seen === undefined || seen.includes(team.id))) return team;
  throw new KluisError("NOT_FOUND", {
    reason: "team",
    message: `You are not a member of a team named ${ref}.`,
    action: "List your teams.",
    params: { team: ref },
  });
}

export interface ChosenRole extends GrantedRole {
  readonly name: string;
  /** The id of a custom role. */
  readonly id: string | null;
}

/**
 * Returns the built-in role, or the custom one with this id or name that the team can use.
 * @throws KluisError NOT_FOUND
 */
export async function requireRole(tx: Tx, ref: string, teamIds: readonly string[]): Promise<ChosenRole> {
  const role = roles.find((one) => one === ref);
  if (role !== undefined)
    return { role, name: role, id: null, permissions: rolePermissions[role], ownerTeamId: null };
  const found = await findRoles(tx, ref, teamIds);
  // A name can be that of a role of the team and of one of every team: the team's own is nearer.
  const custom = found.find(({ team }) => team !== null) ?? found[0];
  if (custom !== undefined) {
    const { id, name, team } = custom;
    return { role: null, name, id, permissions: permissionsOf(null, custom), ownerTeamId: team?.id ?? null };
  }
  throw new KluisError("NOT_FOUND", {
    reason: "role",
    message: `There is no role ${ref} that you can see.`,
    action: "List the roles.",
    params: { role: ref },
  });
}

/** @throws KluisError NOT_FOUND; CONFLICT when two tenants have the user name */
export async function requirePerson(tx: Tx, ref: string): Promise<PersonRow> {
  const [person, second] = await findPeople(tx, ref);
  if (person === undefined) {
    throw new KluisError("NOT_FOUND", {
      reason: "person",
      message: `No user ${ref} has signed in to Kluis.`,
      action: "Check the user name, or ask the person to sign in once.",
      params: { person: ref },
    });
  }
  if (second === undefined) return person;
  throw new KluisError("CONFLICT", {
    reason: "person-ambiguous",
    message: `Several users have the user name ${ref}.`,
    action: "Use the id of the user.",
    params: { person: ref },
  });
}
