/** Subscriptions and tenants that the caller can see, and the regions of a subscription. */
import { tenants as directoryTenants } from "../../entra/index.ts";
import type { Subscription } from "../../state/model.ts";
import { hasRoleWithin } from "../authorization/roles.ts";
import { subscriptionIdOf } from "../ids.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { hasZones, regions } from "./locations.ts";

const one = "/subscriptions/{subscription}";

function subscriptionBody(subscription: Subscription): object {
  return {
    id: subscriptionIdOf(subscription.id),
    authorizationSource: "RoleBased",
    managedByTenants: [],
    ...(subscription.tags ? { tags: subscription.tags } : {}),
    subscriptionId: subscription.id,
    tenantId: subscription.tenantId,
    displayName: subscription.name,
    state: subscription.state ?? "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

/** Lists the subscriptions of the caller's tenant in which the caller has a role on any scope. */
function list(call: ArmCall): ArmReply {
  const { state } = call.world;
  const visible = Object.values(state.subscriptions).filter(
    ({ id, tenantId }) =>
      tenantId === call.principal.tid && hasRoleWithin(state, call.principal, subscriptionIdOf(id)),
  );
  const { body, ...reply } = page(call, visible, subscriptionBody);
  return { ...reply, body: { ...body, count: { type: "Total", value: visible.length } } };
}

function get(call: ArmCall): ArmReply {
  const subscription = call.world.state.subscriptions[param(call, "subscription").toLowerCase()];
  return { status: 200, body: subscription ? subscriptionBody(subscription) : {} };
}

/** The caller's tenant: an app or a user is in one. */
function listTenants(call: ArmCall): ArmReply {
  const { tid } = call.principal;
  const known = directoryTenants.find(({ id }) => id === tid);
  const value = {
    id: `/tenants/${tid}`,
    tenantId: tid,
    countryCode: "NL",
    displayName: known?.name ?? tid,
    domains: known ? [known.domain] : [],
    tenantCategory: "Home",
    defaultDomain: known?.domain ?? "",
    tenantType: "AAD",
  };
  return { status: 200, body: { value: [value] } };
}

function listLocations(call: ArmCall): ArmReply {
  const id = subscriptionIdOf(param(call, "subscription"));
  const value = Object.entries(regions).map(([name, { displayName, group, paired }]) => ({
    id: `${id}/locations/${name}`,
    name,
    type: "Region",
    displayName,
    regionalDisplayName: `(${group}) ${displayName}`,
    metadata: {
      regionType: "Physical",
      regionCategory: hasZones(name) ? "Recommended" : "Other",
      geographyGroup: group,
      ...(paired === undefined ? {} : { pairedRegion: [{ name: paired, id: `${id}/locations/${paired}` }] }),
    },
    ...(hasZones(name)
      ? {
          availabilityZoneMappings: [1, 2, 3].map((number) => ({
            logicalZone: String(number),
            physicalZone: `${name}-az${number}`,
          })),
        }
      : {}),
  }));
  return { status: 200, body: { value } };
}

export const subscriptions: ArmPart = {
  routes: [
    ...routes(
      { name: "subscriptions", api: "resources", access: "filtered" },
      {
        list: ["GET", "/subscriptions", list],
        get: ["GET", one, get],
        listLocations: ["GET", `${one}/locations`, listLocations],
      },
    ),
    ...routes({ name: "tenants", api: "resources" }, { list: ["GET", "/tenants", listTenants] }),
  ],
};
