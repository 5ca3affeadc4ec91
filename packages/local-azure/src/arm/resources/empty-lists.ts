/** Lists that tools read and that are empty here: deployments, sets of policies, exemptions. */
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { type ArmCall, type ArmReply, routes } from "../router.ts";

const empty = (call: ArmCall): ArmReply => page(call, [], () => ({}));

export const emptyLists: ArmPart = {
  routes: [
    ...routes(
      { name: "deployments", api: "resources" },
      { listAtScope: ["GET", "{scope*}/providers/Microsoft.Resources/deployments", empty] },
    ),
    ...routes(
      { name: "policySetDefinitions", api: "policies" },
      {
        list: [
          "GET",
          "/subscriptions/{subscription}/providers/Microsoft.Authorization/policySetDefinitions",
          empty,
        ],
        listBuiltIn: ["GET", "/providers/Microsoft.Authorization/policySetDefinitions", empty],
      },
    ),
    ...routes(
      { name: "policyExemptions", api: "exemptions" },
      { list: ["GET", "{scope*}/providers/Microsoft.Authorization/policyExemptions", empty] },
    ),
  ],
};
