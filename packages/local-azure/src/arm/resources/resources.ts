/** Lists of all resources of a subscription or a group. */
import { isAllowed } from "../authorization/roles.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type Tracked, type TrackedType, trackedTypes } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { hasTag, parseFilter, passes, withoutTags } from "./filter.ts";

interface Item {
  type: TrackedType;
  resource: Tracked & { sku?: unknown; zones?: string[] | undefined; managedBy?: string | undefined };
}

const typeName = ({ namespace, name }: TrackedType): string => `${namespace}/${name}`;

function itemBody({ type, resource }: Item): object {
  const { id, name, location, tags, sku, zones, managedBy } = resource;
  return {
    id,
    name,
    type: typeName(type),
    location,
    ...(typeof sku === "string" ? { sku: { name: sku } } : {}),
    ...(managedBy === undefined ? {} : { managedBy }),
    ...(zones ? { zones } : {}),
    ...(tags ? { tags } : {}),
  };
}

/** Lists the resources that the caller may read. */
function list(call: ArmCall): ArmReply {
  const { state } = call.world;
  const subscription = param(call, "subscription").toLowerCase();
  const group = call.params["group"]?.toLowerCase();
  const { tag, rest } = withoutTags(parseFilter(call.query.get("$filter")));
  const found = trackedTypes()
    .flatMap((type) => Object.values(type.records(state)).map((resource): Item => ({ type, resource })))
    .filter(({ resource }) => resource.subscriptionId.toLowerCase() === subscription)
    .filter(({ resource }) => group === undefined || resource.resourceGroup.toLowerCase() === group)
    .filter(({ type, resource: { name, location, resourceGroup, tags } }) => {
      const fields = { name, location, resourcegroup: resourceGroup, resourcetype: typeName(type) };
      return hasTag(tags, tag) && passes(rest, fields);
    })
    .filter(({ type, resource }) =>
      isAllowed(state, call.principal, { action: `${typeName(type)}/read`, scope: resource.id }),
    )
    .sort((a, b) => (a.resource.id < b.resource.id ? -1 : 1));
  return page(call, found, itemBody);
}

export const resources: ArmPart = {
  routes: routes(
    { name: "resources", api: "resources", access: "filtered" },
    {
      list: ["GET", "/subscriptions/{subscription}/resources", list],
      listByResourceGroup: ["GET", "/subscriptions/{subscription}/resourceGroups/{group}/resources", list],
    },
  ),
};
