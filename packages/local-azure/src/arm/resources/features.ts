/** Features that a subscription registers (Microsoft.Features): the few that the local Azure knows. */
import { ArmError } from "../errors.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";

const inSubscription = "/subscriptions/{subscription}/providers/Microsoft.Features";
const ofProvider = `${inSubscription}/providers/{namespace}/features`;

interface Feature {
  namespace: string;
  name: string;
}

/** The local Azure accepts what these allow, so they are registered. */
const features: readonly Feature[] = [
  { namespace: "Microsoft.Compute", name: "EncryptionAtHost" },
  { namespace: "Microsoft.Compute", name: "InstantAccess" },
];

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function featureBody(call: ArmCall, { namespace, name }: Feature): object {
  return {
    id: `/subscriptions/${param(call, "subscription")}/providers/Microsoft.Features/providers/${namespace}/features/${name}`,
    name: `${namespace}/${name}`,
    type: "Microsoft.Features/providers/features",
    properties: { state: "Registered" },
  };
}

function list(call: ArmCall): ArmReply {
  const wanted = call.params["namespace"];
  const found = features.filter(({ namespace }) => wanted === undefined || same(namespace, wanted));
  return page(call, found, (feature) => featureBody(call, feature));
}

function get(call: ArmCall): ArmReply {
  const [namespace, name] = [param(call, "namespace"), param(call, "feature")];
  const found = features.find((feature) => same(feature.namespace, namespace) && same(feature.name, name));
  if (found) return { status: 200, body: featureBody(call, found) };
  throw new ArmError({ status: 404, code: "FeatureNotFound" }, `The feature '${name}' could not be found.`);
}

export const subscriptionFeatures: ArmPart = {
  routes: routes(
    { name: "features", api: "features" },
    {
      listAll: ["GET", `${inSubscription}/features`, list, "Microsoft.Features/features/read"],
      list: ["GET", ofProvider, list, "Microsoft.Features/providers/features/read"],
      get: ["GET", `${ofProvider}/{feature}`, get, "Microsoft.Features/providers/features/read"],
    },
  ),
};
