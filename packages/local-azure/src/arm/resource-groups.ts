import type { ResourceGroup, Subscription } from "../state/model.ts";
import { groupId, keyOf, subscriptionIdOf } from "./ids.ts";
import { page } from "./lists.ts";
import { groupOf } from "./resource-types.ts";
import { type ArmRoute, param } from "./router.ts";

function subscriptionBody(subscription: Subscription): object {
  return {
    id: subscriptionIdOf(subscription.id),
    subscriptionId: subscription.id,
    displayName: subscription.name,
    tenantId: subscription.tenantId,
    state: "Enabled",
    authorizationSource: "RoleBased",
  };
}

function groupBody(group: ResourceGroup): object {
  return {
    id: group.id,
    name: group.name,
    type: "Microsoft.Resources/resourceGroups",
    location: group.location,
    ...(group.tags ? { tags: group.tags } : {}),
    properties: { provisioningState: "Succeeded" },
  };
}

/** Subscriptions and resource groups: what a client needs to find its way. */
export const groupRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: "/subscriptions",
    operation: "subscriptions.list",
    api: "resources",
    handle: (call) => {
      const { state } = call.world;
      const visible = Object.values(state.subscriptions).filter(
        ({ id, tenantId }) =>
          tenantId === call.principal.tid &&
          state.roleAssignments.some(
            ({ principalId, scope }) =>
              principalId === call.principal.oid &&
              scope.toLowerCase().startsWith(subscriptionIdOf(id).toLowerCase()),
          ),
      );
      return page(call, visible, subscriptionBody);
    },
  },
  {
    method: "GET",
    pattern: "/subscriptions/{subscription}",
    operation: "subscriptions.get",
    api: "resources",
    handle: (call) => {
      const subscription = call.world.state.subscriptions[param(call, "subscription").toLowerCase()];
      return { status: 200, body: subscription ? subscriptionBody(subscription) : {} };
    },
  },
  {
    method: "GET",
    pattern: "/subscriptions/{subscription}/resourceGroups",
    operation: "resourceGroups.list",
    api: "resources",
    handle: (call) => {
      const prefix = keyOf(groupId(param(call, "subscription"), ""));
      const groups = Object.entries(call.world.state.resourceGroups).filter(([key]) =>
        key.startsWith(prefix),
      );
      return page(
        call,
        groups.map(([, group]) => group),
        groupBody,
      );
    },
  },
  {
    method: "GET",
    pattern: "/subscriptions/{subscription}/resourceGroups/{group}",
    operation: "resourceGroups.get",
    api: "resources",
    handle: (call) => {
      const { subscriptionId, group } = groupOf(call);
      const found = call.world.state.resourceGroups[keyOf(groupId(subscriptionId, group))];
      return { status: 200, body: found ? groupBody(found) : {} };
    },
  },
];
