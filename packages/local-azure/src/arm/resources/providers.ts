/** Resource providers with the types and api-versions that the local Azure serves. */

import { versionsOf } from "../api-versions.ts";
import { namespaceInvalid } from "../errors.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, declaredTypes, param, routes } from "../router.ts";
import { regions } from "./locations.ts";

const inSubscription = "/subscriptions/{subscription}/providers";

/** Providers of Azure that the local Azure knows by name only. */
export const otherProviders = [
  "Microsoft.Insights",
  "Microsoft.KeyVault",
  "Microsoft.ManagedIdentity",
  "Microsoft.RecoveryServices",
  "Microsoft.Storage",
] as const;

interface Provider {
  namespace: string;
  resourceTypes: object[];
}

/** The providers of all routes. */
function providers(): Provider[] {
  const locations = Object.values(regions).map(({ displayName }) => displayName);
  const found = new Map<string, Provider>();
  for (const { namespace, type, api } of declaredTypes()) {
    const provider = found.get(namespace) ?? { namespace, resourceTypes: [] };
    provider.resourceTypes.push({
      resourceType: type,
      locations,
      apiVersions: [...versionsOf(api, type)].sort().reverse(),
      capabilities: "None",
    });
    found.set(namespace, provider);
  }
  // A subscription in use has these too. Their types are not served.
  for (const namespace of otherProviders) found.set(namespace, { namespace, resourceTypes: [] });
  return [...found.values()].sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

function providerBody(call: ArmCall, { namespace, resourceTypes }: Provider): object {
  const subscription = call.params["subscription"];
  const id = `/providers/${namespace}`;
  return {
    id: subscription === undefined ? id : `/subscriptions/${subscription}${id}`,
    namespace,
    resourceTypes,
    registrationState: "Registered",
    registrationPolicy: "RegistrationRequired",
  };
}

function list(call: ArmCall): ArmReply {
  return page(call, providers(), (provider) => providerBody(call, provider));
}

function get(call: ArmCall): ArmReply {
  const wanted = param(call, "namespace");
  const found = providers().find(({ namespace }) => namespace.toLowerCase() === wanted.toLowerCase());
  if (!found) throw namespaceInvalid(wanted);
  return { status: 200, body: providerBody(call, found) };
}

export const resourceProviders: ArmPart = {
  routes: [
    ...routes(
      { name: "providers", api: "resources", access: "filtered" },
      {
        list: ["GET", inSubscription, list],
        get: ["GET", `${inSubscription}/{namespace}`, get],
        listAtTenantScope: ["GET", "/providers", list],
        getAtTenantScope: ["GET", "/providers/{namespace}", get],
      },
    ),
    ...routes(
      { name: "providers", api: "resources" },
      {
        register: [
          "POST",
          `${inSubscription}/{namespace}/register`,
          get,
          "Microsoft.Resources/subscriptions/providers/register/action",
        ],
      },
    ),
  ],
};
