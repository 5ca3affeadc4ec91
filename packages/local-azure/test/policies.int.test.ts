import { expect, test } from "vitest";
import { policyRule } from "../src/arm/policy/built-in.ts";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { GROUP, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { collect, type Management, managementClients } from "./management.ts";
import { containing } from "./matchers.ts";
import { type RawAnswer, rawRequest } from "./raw.ts";

const lab = useLab();
const subscription = `/subscriptions/${SUBSCRIPTION}`;
const group = `${subscription}/resourceGroups/${GROUP}`;
const builtIn = "/providers/Microsoft.Authorization/policyDefinitions";

async function owner(): Promise<Management["policies"]> {
  await lab.azure.control.addRoleAssignment({ principalId: "owner", scope: subscription, role: "Owner" });
  return managementClients(lab.azure.url, `${CONTOSO_TENANT_ID}/owner`).policies;
}

function putDisk(name: string, body: object): Promise<RawAnswer> {
  const properties = {
    creationData: { createOption: "Empty" },
    diskSizeGB: 4,
    networkAccessPolicy: "AllowAll",
  };
  return rawRequest(
    lab.azure.url,
    `${group}/providers/Microsoft.Compute/disks/${name}?api-version=2025-01-02`,
    {
      method: "PUT",
      token: TOKEN,
      body: { location: "westeurope", properties, ...body },
    },
  );
}

test("a policy that denies names itself, its assignment and what was evaluated", async () => {
  const policies = await owner();
  const definition = await policies.policyDefinitions.createOrUpdate("no-public-disks", {
    displayName: "Disks are private",
    mode: "Indexed",
    policyRule: policyRule(
      {
        allOf: [
          { field: "type", equals: "Microsoft.Compute/disks" },
          { not: { field: "Microsoft.Compute/disks/networkAccessPolicy", in: ["DenyAll", "AllowPrivate"] } },
          {
            anyOf: [
              { field: "name", like: "data-*" },
              { field: "tags['public']", exists: true },
            ],
          },
        ],
      },
      "Deny",
    ),
  });
  await policies.policyAssignments.create(group, "private", {
    policyDefinitionId: definition.id ?? "",
    displayName: "Private disks",
  });
  const refused = await putDisk("data-1", {});
  const assignmentId = `${group}/providers/Microsoft.Authorization/policyAssignments/private`;
  expect([refused.status, refused.code]).toEqual([403, "RequestDisallowedByPolicy"]);
  expect(refused.message).toBe(
    `Resource 'data-1' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Private disks","id":"${assignmentId}"},"policyDefinition":{"name":"Disks are private","id":"${definition.id}"}}]'.`,
  );
  expect(refused.body).toMatchObject({
    error: {
      target: "data-1",
      additionalInfo: [
        {
          type: "PolicyViolation",
          info: {
            policyDefinitionDisplayName: "Disks are private",
            policyDefinitionEffect: "deny",
            policyAssignmentId: assignmentId,
            policyAssignmentScope: group,
            evaluationDetails: {
              evaluatedExpressions: [
                { result: "True", expressionKind: "Field", expression: "type", operator: "Equals" },
                {
                  result: "False",
                  path: "properties.networkAccessPolicy",
                  expressionValue: "AllowAll",
                  operator: "In",
                },
                { result: "True", expression: "name", targetValue: "data-*", operator: "Like" },
              ],
            },
          },
        },
      ],
    },
  });
  expect((await putDisk("os-1", {})).code).toBe("");
  expect((await putDisk("os-2", { tags: { public: "yes" } })).code).toBe("RequestDisallowedByPolicy");
});

test("built-in policies take parameters; notScopes and DoNotEnforce leave resources alone", async () => {
  const { policyAssignments, policyDefinitions } = await owner();
  const assign = (name: string, rest: object): Promise<unknown> =>
    policyAssignments.create(subscription, name, {
      policyDefinitionId: `${builtIn}/e56962a6-4747-49cd-b67b-bf8b01975c4c`,
      parameters: { listOfAllowedLocations: { value: ["North Europe"] } },
      ...rest,
    });
  await assign("locations", { nonComplianceMessages: [{ message: "Only North Europe" }] });
  expect(await putDisk("a", {})).toMatchObject({
    code: "RequestDisallowedByPolicy",
    message:
      "Resource 'a' was disallowed by policy. Reasons: 'Only North Europe'. See error details for policy resource IDs.",
  });
  expect((await putDisk("b", { location: "northeurope" })).code).toBe("");
  await assign("locations", { enforcementMode: "DoNotEnforce" });
  expect((await putDisk("c", {})).code).toBe("");
  await assign("locations", { notScopes: [group] });
  expect((await putDisk("d", {})).code).toBe("");
  await policyAssignments.delete(subscription, "locations");
  await policyAssignments.create(group, "tag", {
    policyDefinitionId: `${builtIn}/871b6d14-10aa-478d-b590-94f262ecfa99`,
    parameters: { tagName: { value: "costCenter" } },
  });
  expect((await putDisk("e", {})).message).toEqual(containing("was disallowed by policy"));
  expect((await putDisk("e", { tags: { CostCenter: "7" } })).code).toBe("");
  expect((await collect(policyAssignments.list())).map(({ name }) => name)).toEqual(["tag"]);
  expect((await collect(policyDefinitions.list())).map(({ displayName }) => displayName)).toContain(
    "Allowed locations",
  );
});
