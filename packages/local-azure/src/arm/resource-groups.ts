/** Resource groups. They are created through the control API only. */
import type { ResourceGroup } from "../state/model.ts";
import { groupId, keyOf } from "./ids.ts";
import { page } from "./lists.ts";
import type { ArmPart } from "./part.ts";
import { groupOf } from "./resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "./router.ts";

const all = "/subscriptions/{subscription}/resourceGroups";

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

function list(call: ArmCall): ArmReply {
  const prefix = keyOf(groupId(param(call, "subscription"), ""));
  const found = Object.entries(call.world.state.resourceGroups).filter(([key]) => key.startsWith(prefix));
  return page(
    call,
    found.map(([, group]) => group),
    groupBody,
  );
}

function get(call: ArmCall): ArmReply {
  const { subscriptionId, group } = groupOf(call);
  const found = call.world.state.resourceGroups[keyOf(groupId(subscriptionId, group))];
  return { status: 200, body: found ? groupBody(found) : {} };
}

export const resourceGroups: ArmPart = {
  routes: routes(
    { name: "resourceGroups", api: "resources" },
    { list: ["GET", all, list], get: ["GET", `${all}/{group}`, get] },
  ),
};
