/** Scopes that locks, roles, policies and tags are set on. */
import type { State } from "../../state/model.ts";
import { ArmError, resourceGroupNotFound, subscriptionNotFound } from "../errors.ts";
import { groupId, keyOf } from "../ids.ts";
import { findTracked } from "../resource-types.ts";
import { type ArmCall, param, segmentsOf } from "../router.ts";
import { covers } from "./roles.ts";

/** Segments of the id of a resource group: /subscriptions/S/resourceGroups/G. */
const GROUP_SEGMENTS = 4;

/** The scope of a call whose route starts with `{scope*}`. @throws ArmError 404: it does not exist */
export function scopeOfCall(call: ArmCall): string {
  const scope = param(call, "scope");
  checkScopeExists(call.world.state, scope);
  return scope;
}

/** @throws ArmError 404 */
function checkScopeExists(state: State, scope: string): void {
  const segments = segmentsOf(scope);
  const [, subscription = "", , group = ""] = segments;
  if (!state.subscriptions[subscription.toLowerCase()]) throw subscriptionNotFound(subscription);
  if (segments.length < GROUP_SEGMENTS) return;
  if (!state.resourceGroups[keyOf(groupId(subscription, group))]) throw resourceGroupNotFound(group);
  if (segments.length === GROUP_SEGMENTS || findTracked(state, scope)) return;
  const name = `${segments[5]}/${segments.slice(6).join("/")}`;
  throw new ArmError(
    { status: 404, code: "ResourceNotFound" },
    `The Resource '${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** Removes the locks, role assignments and policy assignments of a scope that no longer exists. */
export function forgetScope(state: State, scope: string): void {
  for (const [key, lock] of Object.entries(state.locks))
    if (covers(scope, lock.scope)) delete state.locks[key];
  for (const [key, assignment] of Object.entries(state.policyAssignments))
    if (covers(scope, assignment.scope)) delete state.policyAssignments[key];
  state.roleAssignments = state.roleAssignments.filter((assignment) => !covers(scope, assignment.scope));
}
