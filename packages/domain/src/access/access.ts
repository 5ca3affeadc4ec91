import { KluisError } from "../errors/errors.ts";
import { type Permission, platformPermissions, type Role, rolePermissions } from "./permission.ts";

/** By what a team reaches VMs. */
export const reachKinds = ["subscription", "resource-group", "tag"] as const;
type ReachKind = (typeof reachKinds)[number];

/** One scope of a team. Subscription, resource group and tag name are lower case; the tag value keeps its case. */
export type TeamReach = { [Kind in ReachKind]: { readonly kind: Kind } & ReachFacts[Kind] }[ReachKind];

interface ReachFacts extends Record<ReachKind, object> {
  readonly subscription: { readonly subscriptionId: string };
  readonly "resource-group": { readonly subscriptionId: string; readonly resourceGroup: string };
  readonly tag: { readonly tagName: string; readonly tagValue: string };
}

export interface AccessTeam {
  readonly id: string;
  readonly name: string;
  readonly reach: readonly TeamReach[];
}

/** A role that a user holds, directly or through a group. It has its permissions with it, so that no rule asks what kind it is. */
export interface HeldRole {
  /** The built-in role; null for a custom one. */
  readonly role: Role | null;
  /** The custom role; null for a built-in one. */
  readonly custom: { readonly id: string; readonly name: string } | null;
  readonly permissions: readonly Permission[];
  /** null: in the whole organization. */
  readonly teamId: string | null;
  /** The group of the directory through which it is held; null: directly. */
  readonly groupId: string | null;
}

/** Returns a built-in role as it is held. */
export function heldRole(role: Role, teamId: string | null, groupId: string | null = null): HeldRole {
  return { role, custom: null, permissions: rolePermissions[role], teamId, groupId };
}

export interface Access {
  readonly roles: readonly HeldRole[];
  /** The teams that the roles name, with their scopes. */
  readonly teams: readonly AccessTeam[];
  /** The permissions of an API token, empty: none; null: a session, with all of its user's. */
  readonly limitedTo: readonly Permission[] | null;
}

/** The facts of a VM that decide which teams reach it. */
export interface VmPlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly tags: Readonly<Record<string, string>>;
}

export type AccessTarget =
  /** An object of the whole organization: settings, vaults, a policy offered to every team. */
  | { readonly kind: "organisation" }
  | { readonly kind: "vm"; readonly vm: VmPlace }
  /** An object of a team, such as a policy. `teamId` null: it belongs to the organization. */
  | { readonly kind: "team"; readonly teamId: string | null }
  /** Held anywhere: decides whether a page or a list is offered. */
  | { readonly kind: "anywhere" };

/** Tags as the database indexes them: `name=value`. Names are lower case because Azure ignores their case. */
export function tagIndex(tags: Readonly<Record<string, string>>): string[] {
  return Object.entries(tags).map(([name, value]) => tagEntry(name, value));
}

export function tagEntry(name: string, value: string): string {
  return `${name.toLowerCase()}=${value}`;
}

/** Tells whether a scope contains the VM. */
export function reaches(reach: TeamReach, vm: VmPlace): boolean {
  switch (reach.kind) {
    case "subscription":
      return same(reach.subscriptionId, vm.subscriptionId);
    case "resource-group":
      return same(reach.subscriptionId, vm.subscriptionId) && same(reach.resourceGroup, vm.resourceGroup);
    case "tag":
      return tagIndex(vm.tags).includes(tagEntry(reach.tagName, reach.tagValue));
  }
  reach satisfies never;
  return false;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Returns the teams that reach the VM. */
export function teamsOf<T extends { readonly reach: readonly TeamReach[] }>(
  teams: readonly T[],
  vm: VmPlace,
): T[] {
  return teams.filter((team) => team.reach.some((reach) => reaches(reach, vm)));
}

/** The roles that give the permission, ignoring the limit of a token. */
export function rolesWith(access: Access, permission: Permission): readonly HeldRole[] {
  const isOfPlatform = platformPermissions.includes(permission);
  return access.roles.filter(
    (one) => one.permissions.includes(permission) && (one.teamId === null || !isOfPlatform),
  );
}

function held(access: Access, permission: Permission): readonly HeldRole[] {
  if (access.limitedTo !== null && permission !== "self" && !access.limitedTo.includes(permission)) return [];
  return rolesWith(access, permission);
}

/** Tells whether the user may do this to the target. The server decides; pages only hide what it would refuse. */
export function can(access: Access, permission: Permission, target: AccessTarget): boolean {
  if (permission === "self") return true;
  const roles = held(access, permission);
  if (roles.some((one) => one.teamId === null)) return true;
  switch (target.kind) {
    case "organisation":
      return false;
    case "anywhere":
      return roles.length > 0;
    case "team":
      return target.teamId !== null && roles.some((one) => one.teamId === target.teamId);
    case "vm": {
      const teams = access.teams.filter((team) => roles.some((one) => one.teamId === team.id));
      return teamsOf(teams, target.vm).length > 0;
    }
  }
  target satisfies never;
  return false;
}

/** @throws KluisError FORBIDDEN with the missing permission in `params` */
export function mustBeAllowed(access: Access, permission: Permission, target: AccessTarget): void {
  if (can(access, permission, target)) return;
  throw new KluisError("FORBIDDEN", {
    reason: "permission",
    message: "Your role does not allow this here.",
    action: `Ask an owner for a role that has the permission ${permission}.`,
    params: { permission },
  });
}

/** The VMs that a user may see or act on: all, or those in any of these scopes. The db package turns it into SQL. */
export type VmVisibility =
  | { readonly all: true }
  | { readonly all: false; readonly reach: readonly TeamReach[]; readonly teamIds: readonly string[] };

/** The engine sees every VM. */
export const everyVm: VmVisibility = { all: true };

/** Returns the VMs on which the user holds `permission`. */
export function visibleVmFilter(access: Access, permission: Permission = "inventory:read"): VmVisibility {
  const roles = held(access, permission);
  if (roles.some((one) => one.teamId === null)) return { all: true };
  const teams = access.teams.filter((team) => roles.some((one) => one.teamId === team.id));
  return { all: false, reach: teams.flatMap((team) => team.reach), teamIds: teams.map((team) => team.id) };
}

/** Decides in memory what the SQL filter decides in the database. */
export function isVisible(visibility: VmVisibility, vm: VmPlace): boolean {
  return visibility.all || visibility.reach.some((reach) => reaches(reach, vm));
}
