/** Lists that tools read and that are empty here: deployments, sets of policies, scale sets and others. */
import { ArmError, resourceNotFound } from "../errors.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import {
  type ArmCall,
  type ArmReply,
  type ArmRoute,
  computeInGroup,
  computeInSubscription,
  param,
  routes,
} from "../router.ts";

const empty = (call: ArmCall): ArmReply => page(call, [], () => ({}));

function noDeployment(call: ArmCall): never {
  throw new ArmError(
    { status: 404, code: "DeploymentNotFound" },
    `Deployment '${param(call, "deployment")}' could not be found.`,
  );
}

/** Types of Compute that a session lists before it looks at VMs. None has resources. */
const computeTypes = [
  ["virtualMachineScaleSets", "compute"],
  ["proximityPlacementGroups", "compute"],
  ["sshPublicKeys", "compute"],
  ["capacityReservationGroups", "compute"],
  ["hostGroups", "compute"],
  ["galleries", "galleries"],
] as const;

function withoutResources([name, api]: (typeof computeTypes)[number]): ArmRoute[] {
  const none = (call: ArmCall): never => {
    throw resourceNotFound(`Microsoft.Compute/${name}`, param(call, "name"), param(call, "group"));
  };
  return routes(
    { name, api },
    {
      listBySubscription: ["GET", `${computeInSubscription}/${name}`, empty],
      listByResourceGroup: ["GET", `${computeInGroup}/${name}`, empty],
      get: ["GET", `${computeInGroup}/${name}/{name}`, none],
    },
  );
}

export const emptyLists: ArmPart = {
  routes: [
    ...routes(
      { name: "deployments", api: "resources" },
      {
        listAtScope: ["GET", "{scope*}/providers/Microsoft.Resources/deployments", empty],
        getAtScope: ["GET", "{scope*}/providers/Microsoft.Resources/deployments/{deployment}", noDeployment],
      },
    ),
    ...routes(
      { name: "policySetDefinitions", api: "policySetDefinitions" },
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
    ...computeTypes.flatMap(withoutResources),
  ],
};
