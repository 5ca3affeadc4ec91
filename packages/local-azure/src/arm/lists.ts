import { invalidParameter } from "./errors.ts";
import type { ArmCall, ArmReply } from "./router.ts";

/** A page of a list with a link to the next one. The token is opaque to clients: the offset, in base64. */
export function page<TItem>(call: ArmCall, items: readonly TItem[], body: (item: TItem) => object): ArmReply {
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

/** Resources of one subscription, or of one resource group, by name. */
export function inScope<
  TItem extends { id: string; name: string; subscriptionId: string; resourceGroup: string },
>(items: Record<string, TItem>, scope: { subscriptionId: string; group?: string }): TItem[] {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  return Object.values(items)
    .filter((item) => same(item.subscriptionId, scope.subscriptionId))
    .filter((item) => scope.group === undefined || same(item.resourceGroup, scope.group))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
