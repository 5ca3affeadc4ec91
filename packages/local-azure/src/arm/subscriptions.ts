/** Subscriptions: those that the caller can see. */
import type { Subscription } from "../state/model.ts";
import { subscriptionIdOf } from "./ids.ts";
import { page } from "./lists.ts";
import type { ArmPart } from "./part.ts";
import { type ArmCall, type ArmReply, param, routes } from "./router.ts";

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

/** Lists the subscriptions of the caller's tenant in which the caller has a role on any scope. */
function list(call: ArmCall): ArmReply {
  const { subscriptions, roleAssignments } = call.world.state;
  const { oid, tid } = call.principal;
  const visible = Object.values(subscriptions).filter(
    ({ id, tenantId }) =>
      tenantId === tid &&
      roleAssignments.some(
        ({ principalId, scope }) =>
          principalId === oid && scope.toLowerCase().startsWith(subscriptionIdOf(id).toLowerCase()),
      ),
  );
  return page(call, visible, subscriptionBody);
}

function get(call: ArmCall): ArmReply {
  const subscription = call.world.state.subscriptions[param(call, "subscription").toLowerCase()];
  return { status: 200, body: subscription ? subscriptionBody(subscription) : {} };
}

export const subscriptions: ArmPart = {
  routes: routes(
    { name: "subscriptions", api: "resources" },
    { list: ["GET", "/subscriptions", list], get: ["GET", "/subscriptions/{subscription}", get] },
  ),
};
