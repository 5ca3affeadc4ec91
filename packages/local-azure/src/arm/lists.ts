/** Lists of resources: their scope, order and pages. */
import { invalidParameter } from "./errors.ts";
import type { ResourceType } from "./resource-types.ts";
import { type ArmCall, type ArmReply, param } from "./router.ts";

interface Scoped {
  id: string;
  subscriptionId: string;
  resourceGroup: string;
}

/** Lists the resources of the call's subscription or resource group, by id. */
export function listResources<T extends Scoped>(
  call: ArmCall,
  type: ResourceType<T>,
  body: (resource: T) => object,
): ArmReply {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const group = call.params["group"];
  const found = Object.values(type.records(call.world.state))
    .filter((resource) => same(resource.subscriptionId, param(call, "subscription")))
    .filter((resource) => group === undefined || same(resource.resourceGroup, group))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return page(call, found, body);
}

/** One page of a list, with a link to the next page. The opaque token is the offset in base64. */
export function page<T>(call: ArmCall, items: readonly T[], body: (item: T) => unknown): ArmReply {
  const { pageSize } = call.world.state.settings;
  const token = call.query.get("$skiptoken");
  const offset = token === null ? 0 : Number(Buffer.from(token, "base64url").toString("latin1"));
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw invalidParameter("The value of '$skiptoken' is not valid.");
  const value = items.slice(offset, offset + pageSize).map(body);
  if (offset + pageSize >= items.length) return { status: 200, body: { value } };
  const query = new URLSearchParams(call.query);
  query.set("$skiptoken", Buffer.from(String(offset + pageSize), "latin1").toString("base64url"));
  return {
    status: 200,
    body: { value, nextLink: `${call.world.armPublicUrl}${call.url.pathname}?${query.toString()}` },
  };
}
