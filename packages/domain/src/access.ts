import { KluisError } from "./errors.ts";
import { type Permission, type Role, rolePermissions } from "./permission.ts";

/** What a team reaches. Subscription and resource group in lower case; a tag's name in lower case, its value as it is. */
export type TeamReach =
  | { readonly kind: "subscription"; readonly subscriptionId: string }
  | { readonly kind: "resource-group"; readonly subscriptionId: string; readonly resourceGroup: string }
  | { readonly kind: "tag"; readonly tagName: string; readonly tagValue: string };

export interface AccessTeam {
  readonly id: string;
  readonly name: string;
  readonly reach: readonly TeamReach[];
}

/** A role that a person holds, directly or through a group; `teamId` null: in the whole organisation. */
export interface HeldRole {
  readonly role: Role;
  readonly teamId: string | null;
}

export interface Access {
  readonly roles: readonly HeldRole[];
  /** The teams that the roles name, with what they reach. */
  readonly teams: readonly AccessTeam[];
  /** An API token may carry fewer permissions than its owner has; null: all of them. */
  readonly limitedTo: readonly Permission[] | null;
}

/** The facts of a VM that decide who reaches it. */
export interface VmPlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly tags: Readonly<Record<string, string>>;
}

export type AccessTarget =
  /** Something of the whole organisation: settings, vaults, a policy offered to all. */
  | { readonly kind: "organisation" }
  | { readonly kind: "vm"; readonly vm: VmPlace }
  /** A policy, a team's members: `teamId` null belongs to the organisation. */
  | { readonly kind: "team"; readonly teamId: string | null }
  /** Is there any place where the person holds it? Decides whether a page or a list exists for them at all. */
  | { readonly kind: "anywhere" };

/** Tags as the database indexes them: `name=value`, the name in lower case because Azure ignores its case. */
export function tagIndex(tags: Readonly<Record<string, string>>): string[] {
  return Object.entries(tags).map(([name, value]) => tagEntry(name, value));
}

export function tagEntry(name: string, value: string): string {
  return `${name.toLowerCase()}=${value}`;
}

/** Whether a team's reach holds the VM. */
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

/** The teams among `teams` that reach the VM. */
export function teamsOf<T extends { readonly reach: readonly TeamReach[] }>(
  teams: readonly T[],
  vm: VmPlace,
): T[] {
  return teams.filter((team) => team.reach.some((reach) => reaches(reach, vm)));
}

function held(access: Access, permission: Permission): readonly HeldRole[] {
  if (access.limitedTo !== null && permission !== "self" && !access.limitedTo.includes(permission)) return [];
  return access.roles.filter((one) => rolePermissions[one.role].includes(permission));
}

/** May the person do this here? The server asks before everything it does; a page asks to hide what would be refused. */
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

/** @throws KluisError FORBIDDEN, which names the permission that is missing */
export function mustBeAllowed(access: Access, permission: Permission, target: AccessTarget): void {
  if (can(access, permission, target)) return;
  throw new KluisError("FORBIDDEN", {
    message: "Your roles do not allow this here.",
    action: `Ask an owner for a role with the permission ${permission}.`,
    params: { permission },
  });
}

/** Which VMs a person may see (or act on): all of them, or what any of these places holds. Repositories turn it into SQL. */
export type VmVisibility =
  | { readonly all: true }
  | { readonly all: false; readonly reach: readonly TeamReach[]; readonly teamIds: readonly string[] };

/** What the engine sees. */
export const everyVm: VmVisibility = { all: true };

/** The VMs on which the person holds `permission`. */
export function visibleVmFilter(access: Access, permission: Permission = "inventory:read"): VmVisibility {
  const roles = held(access, permission);
  if (roles.some((one) => one.teamId === null)) return { all: true };
  const teams = access.teams.filter((team) => roles.some((one) => one.teamId === team.id));
  return { all: false, reach: teams.flatMap((team) => team.reach), teamIds: teams.map((team) => team.id) };
}

/** The same decision as the SQL that repositories make of the filter. */
export function isVisible(visibility: VmVisibility, vm: VmPlace): boolean {
  return visibility.all || visibility.reach.some((reach) => reaches(reach, vm));
}
