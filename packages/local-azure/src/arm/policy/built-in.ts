/** Built-in policy definitions with the effect deny, with their ids (github.com/Azure/azure-policy). */

import { type PolicyDefinition, policyDefinitionSchema } from "../../state/policy-model.ts";
import type { Json } from "./expression.ts";

export const BUILT_IN_PREFIX = "/providers/Microsoft.Authorization/policyDefinitions";

function builtIn(
  name: string,
  rest: Pick<PolicyDefinition, "displayName" | "description" | "policyRule" | "parameters"> & {
    mode?: string;
  },
): PolicyDefinition {
  return policyDefinitionSchema.parse({
    id: `${BUILT_IN_PREFIX}/${name}`,
    name,
    policyType: "BuiltIn",
    ...rest,
  });
}

/** A rule `{ if, then: { effect } }`, from JSON: an object with that member looks like a promise. */
export function policyRule(condition: Json, effect = "deny"): PolicyDefinition["policyRule"] {
  const text = `{"if":${JSON.stringify(condition)},"then":{"effect":${JSON.stringify(effect)}}}`;
  return policyDefinitionSchema.shape.policyRule.parse(JSON.parse(text));
}

export const builtInPolicies: readonly PolicyDefinition[] = [
  builtIn("e56962a6-4747-49cd-b67b-bf8b01975c4c", {
    displayName: "Allowed locations",
    description:
      "This policy enables you to restrict the locations your organization can specify when deploying resources.",
    parameters: { listOfAllowedLocations: { type: "Array" } },
    policyRule: policyRule({
      allOf: [
        { field: "location", notIn: "[parameters('listOfAllowedLocations')]" },
        { field: "location", notEquals: "global" },
        { field: "type", notEquals: "Microsoft.AzureActiveDirectory/b2cDirectories" },
      ],
    }),
  }),
  builtIn("871b6d14-10aa-478d-b590-94f262ecfa99", {
    displayName: "Require a tag on resources",
    description: "Enforces existence of a tag. Does not apply to resource groups.",
    parameters: { tagName: { type: "String" } },
    policyRule: policyRule({ field: "[concat('tags[', parameters('tagName'), ']')]", exists: "false" }),
  }),
  builtIn("96670d01-0a4d-4649-9c89-2d3abc0a5025", {
    displayName: "Require a tag on resource groups",
    description: "Enforces existence of a tag on resource groups.",
    mode: "All",
    parameters: { tagName: { type: "String" } },
    policyRule: policyRule({
      allOf: [
        { field: "type", equals: "Microsoft.Resources/subscriptions/resourceGroups" },
        { field: "[concat('tags[', parameters('tagName'), ']')]", exists: "false" },
      ],
    }),
  }),
  builtIn("6c112d4e-5bc7-47ae-a041-ea2d9dccd749", {
    displayName: "Not allowed resource types",
    description: "Restrict which resource types can be deployed in your environment.",
    mode: "All",
    parameters: {
      listOfResourceTypesNotAllowed: { type: "Array" },
      effect: { type: "String", defaultValue: "Deny" },
    },
    policyRule: policyRule(
      { field: "type", in: "[parameters('listOfResourceTypesNotAllowed')]" },
      "[parameters('effect')]",
    ),
  }),
];
