/** Who may give and take which roles. The saving transaction asks, with the rights of that moment. */
import { type Access, type AccessTarget, can } from "./access.ts";
import { organisationRoles, type Permission, type Role } from "./permission.ts";

/** The user who changes roles. */
export interface Grantor {
  readonly access: Access;
  /** All accounts of this human: the own one and the linked ones. */
  readonly personIds: readonly string[];
  /** The groups of all these accounts. */
  readonly groupIds: readonly string[];
}

/** Who holds a role: a user or a group of the directory. */
export type Holder =
  | { readonly kind: "person"; readonly id: string }
  | { readonly kind: "group"; readonly id: string };

/** A role that is given or taken. */
export interface GrantedRole {
  /** The built-in role; null for a custom one. */
  readonly role: Role | null;
  readonly permissions: readonly Permission[];
  /** Of a custom role: its team; null when every team can use it. */
  readonly ownerTeamId: string | null;
}

export interface RoleChange {
  readonly granted: GrantedRole;
  /** Where it is held; null: in the whole organization. */
  readonly teamId: string | null;
  readonly holder: Holder;
}

export interface CustomRoleChange {
  /** The team of the role; null: every team can use it. */
  readonly teamId: string | null;
  /** Its permissions before and after the change. A new role has none before, a removed one none after. */
  readonly before: readonly Permission[];
  readonly after: readonly Permission[];
  readonly holders: readonly Holder[];
}

export const grantRefusals = [
  "not-yours",
  "organisation-role",
  "role-of-other-team",
  "own-role",
  "more-than-held",
] as const;

/** Why a change of roles is refused, with the permission that is missing. */
export type GrantRefusal =
  | { readonly reason: "not-yours"; readonly permission: Permission }
  | { readonly reason: "more-than-held"; readonly permission: Permission }
  | { readonly reason: Exclude<(typeof grantRefusals)[number], "not-yours" | "more-than-held"> };

function placeOf(teamId: string | null): AccessTarget {
  return teamId === null ? { kind: "organisation" } : { kind: "team", teamId };
}

/** Whether the user may change the members and the custom roles there. */
export function managesMembers(access: Access, teamId: string | null): boolean {
  const place = placeOf(teamId);
  return can(access, "platform:manage", place) || (teamId !== null && can(access, "team:manage", place));
}

/** The first permission that the user does not hold there. Each counts, also the one that a token was not given. */
function missing(
  access: Access,
  wanted: readonly Permission[],
  teamId: string | null,
): Permission | undefined {
  return wanted.find((permission) => !holds(access, permission, teamId));
}

function holds(access: Access, permission: Permission, teamId: string | null): boolean {
  if (permission === "self") return true;
  // In a team this gives nothing, so that only an owner of the organization gives the role that names it.
  return can(
    access,
    permission,
    permission === "platform:manage" ? { kind: "organisation" } : placeOf(teamId),
  );
}

function isOwn({ personIds, groupIds }: Grantor, holder: Holder): boolean {
  return holder.kind === "person" ? personIds.includes(holder.id) : groupIds.includes(holder.id);
}

/**
 * Returns why a role may not be given or taken, or null when it may. Taking follows the rule of giving: what a user could not
 * give, they cannot take from another.
 */
export function roleChangeRefusal(grantor: Grantor, change: RoleChange): GrantRefusal | null {
  const { granted, teamId, holder } = change;
  if (!managesMembers(grantor.access, teamId))
    return { reason: "not-yours", permission: teamId === null ? "platform:manage" : "team:manage" };
  if (teamId === null && (granted.role === null || !organisationRoles.includes(granted.role)))
    return { reason: "organisation-role" };
  if (granted.ownerTeamId !== null && granted.ownerTeamId !== teamId) return { reason: "role-of-other-team" };
  if (isOwn(grantor, holder)) return { reason: "own-role" };
  const lacking = missing(grantor.access, granted.permissions, teamId);
  return lacking === undefined ? null : { reason: "more-than-held", permission: lacking };
}

/**
 * Returns why a custom role may not be made, changed or removed, or null when it may. A role of every team belongs to the
 * platform owner: its change reaches all of them.
 */
export function customRoleRefusal(grantor: Grantor, change: CustomRoleChange): GrantRefusal | null {
  const { teamId, before, after, holders } = change;
  if (!managesMembers(grantor.access, teamId))
    return { reason: "not-yours", permission: teamId === null ? "platform:manage" : "team:manage" };
  if (holders.some((holder) => isOwn(grantor, holder))) return { reason: "own-role" };
  const lacking = missing(grantor.access, [...before, ...after], teamId);
  return lacking === undefined ? null : { reason: "more-than-held", permission: lacking };
}
