/** Decides what a principal may do: role assignments, role definitions, and their wildcards. */
import type { AccessClaims } from "../../entra/index.ts";
import { groupsOf } from "../../entra/index.ts";
import type { CustomRole, RoleAssignment } from "../../state/access-model.ts";
import type { State } from "../../state/model.ts";
import { nameOf } from "../ids.ts";
import { builtInRoles, generalRoles, type RoleDefinition } from "./built-in-roles.ts";

/** Whether a principal has an action, or a data action, on a scope. */
export function isAllowed(
  state: State,
  principal: AccessClaims,
  wanted: { action: string; scope: string; data?: boolean },
): boolean {
  return assignmentsOf(state, principal).some(
    (assignment) =>
      covers(assignment.scope, wanted.scope) &&
      permits(roleOf(state, assignment), wanted.action, wanted.data ?? false),
  );
}

/** Whether a role of the principal on the scope, above it or inside it has an action. */
export function isAllowedWithin(
  state: State,
  principal: AccessClaims,
  { action, scope }: { action: string; scope: string },
): boolean {
  return assignmentsOf(state, principal).some(
    (assignment) =>
      (covers(assignment.scope, scope) || covers(scope, assignment.scope)) &&
      permits(roleOf(state, assignment), action, false),
  );
}

/** The role assignments of a principal and of the groups that it is in. */
export function assignmentsOf(state: State, principal: AccessClaims): RoleAssignment[] {
  const ids = new Set([principal.oid, ...groupsOf(principal)]);
  return state.roleAssignments.filter(({ principalId }) => ids.has(principalId));
}

/** Whether the principal has a role on the scope, above it, or on anything in it. */
export function hasRoleWithin(state: State, principal: AccessClaims, scope: string): boolean {
  return assignmentsOf(state, principal).some(
    (assignment) => covers(assignment.scope, scope) || covers(scope, assignment.scope),
  );
}

const MANAGEMENT_GROUP = /^\/providers\/microsoft\.management\/managementgroups\/[^/]+$/;

/**
 * Whether a scope is another one or contains it. Ids are case-insensitive; `/` and any management
 * group contain all subscriptions.
 */
export function covers(outer: string, inner: string): boolean {
  const above = outer.toLowerCase().replace(/\/+$/, "");
  if (MANAGEMENT_GROUP.test(above)) return true;
  const below = inner.toLowerCase();
  return below === above || below.startsWith(`${above}/`);
}

/** Finds a role definition by id or GUID. */
export function findRole(state: State, idOrName: string): RoleDefinition | undefined {
  const name = nameOf(idOrName).toLowerCase();
  const custom = state.customRoles[name];
  return custom ? customDefinition(custom) : builtInRoles.find((role) => role.name === name);
}

export function customDefinition(role: CustomRole): RoleDefinition {
  const { name, roleName, description, assignableScopes, permissions } = role;
  return { name, roleName, description, assignableScopes, permissions, type: "CustomRole" };
}

/** The definition that an assignment names; undefined when it was deleted. */
export function roleOf(
  state: State,
  { role, roleDefinitionId }: Pick<RoleAssignment, "role" | "roleDefinitionId">,
): RoleDefinition | undefined {
  if (roleDefinitionId !== undefined) return findRole(state, roleDefinitionId);
  return role === undefined ? undefined : generalRoles[role];
}

function permits(role: RoleDefinition | undefined, action: string, data: boolean): boolean {
  return (role?.permissions ?? []).some((permission) => {
    const allowed = data ? permission.dataActions : permission.actions;
    const excepted = data ? permission.notDataActions : permission.notActions;
    return matchesAny(allowed, action) && !matchesAny(excepted, action);
  });
}

function matchesAny(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => expressionOf(pattern).test(action));
}

/** `*` in an action matches any text, also with slashes. The set of patterns is small. */
const expressions = new Map<string, RegExp>();
const EXPRESSIONS_LIMIT = 10_000;

function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known) return known;
  if (expressions.size >= EXPRESSIONS_LIMIT) expressions.clear();
  const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*");
  const made = new RegExp(`^${source}$`, "i");
  expressions.set(pattern, made);
  return made;
}
