/** Policies, versions, groups and subscriptions as Resource Manager answers them. */
import { expect } from "vitest";
import { z } from "zod";
import { at, compute, emptyDisk, groupPath, REGION, SUB, text } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";

const disk = compute("disks/d1");
const subscription = `/subscriptions/${SUB}`;
const policyVersion = "2023-04-01";
const policies = `${subscription}/providers/Microsoft.Authorization/policyDefinitions`;
/** Denies what the condition matches. A literal object with a `then` would look like a promise. */
const denies = (condition: object): unknown =>
  z.json().parse(JSON.parse(`{"if":${JSON.stringify(condition)},"then":{"effect":"deny"}}`));

export const subscriptionRecords: readonly Case[] = [
  {
    says: "A policy that is assigned is not deleted: it names the assignment",
    source: "azuredemoenvironment/ade#37",
    run: async (azure) => {
      const properties = {
        displayName: "No disks above 1 TiB",
        mode: "All",
        policyRule: denies({
          allOf: [
            { field: "type", equals: "Microsoft.Compute/disks" },
            { field: "Microsoft.Compute/disks/diskSizeGB", greater: 1024 },
          ],
        }),
      };
      const definition = `${policies}/small-disks`;
      const made = await azure.put(definition, { version: policyVersion, body: { properties } });
      expect([made.status, at(made, "properties.policyType"), at(made, "type")]).toEqual([
        201,
        "Custom",
        "Microsoft.Authorization/policyDefinitions",
      ]);
      const assignment = `${groupPath}/providers/Microsoft.Authorization/policyAssignments/small`;
      const body = { properties: { displayName: "Small disks", policyDefinitionId: definition } };
      await azure.put(assignment, { version: policyVersion, body });
      refused(await azure.del(definition, { version: policyVersion }), 400, {
        code: "InvalidDeletePolicyDefinitionRequest",
        says: `The policy definition 'small-disks' cannot be deleted. It is referenced by the policy assignment '${assignment}'. Please delete all policy assignments referencing the policy.`,
      });
      const denied = await azure.put(compute("disks/large"), {
        body: emptyDisk({ properties: { diskSizeGB: 2048 } }),
      });
      refused(denied, 403, {
        code: "RequestDisallowedByPolicy",
        says: `Resource 'large' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Small disks","id":"${assignment}"},"policyDefinition":{"name":"No disks above 1 TiB","id":"${definition}"}}]'.`,
      });
      expect(at(denied, "error.target")).toBe("large");
      expect(at(denied, "error.additionalInfo.0.info")).toMatchObject({
        policyDefinitionDisplayName: "No disks above 1 TiB",
        policyDefinitionId: definition,
        policyDefinitionName: "small-disks",
        policyDefinitionEffect: "deny",
        policyAssignmentId: assignment,
        policyAssignmentName: "small",
        policyAssignmentDisplayName: "Small disks",
        policyAssignmentScope: groupPath,
        evaluationDetails: {
          evaluatedExpressions: [
            {
              result: "True",
              expressionKind: "Field",
              expression: "type",
              path: "type",
              expressionValue: "Microsoft.Compute/disks",
              targetValue: "Microsoft.Compute/disks",
              operator: "Equals",
            },
            { result: "True", expression: "Microsoft.Compute/disks/diskSizeGB", operator: "Greater" },
          ],
        },
      });
      const small = await azure.put(compute("disks/small"), { body: emptyDisk() });
      expect(small.status).toBe(202);
      await azure.del(assignment, { version: policyVersion });
      expect((await azure.del(definition, { version: policyVersion })).status).toBe(200);
    },
  },
  {
    says: "Policies have their own versions by type",
    source: "Azure/bicep#17089",
    run: async (azure) => {
      refused(await azure.get(policies, { version: "2022-06-01" }), 404, {
        code: "InvalidResourceType",
        says: /'policyDefinitions' .* are '2015-10-01-preview,2016-04-01,2016-12-01,2018-03-01,2018-05-01,2019-01-01,2019-06-01,2019-09-01,2020-03-01,2020-08-01,2020-09-01,2021-06-01,2023-04-01/,
      });
      const assigned = `${groupPath}/providers/Microsoft.Authorization/policyAssignments`;
      expect((await azure.get(assigned, { version: "2022-06-01" })).status).toBe(200);
    },
  },
  {
    says: "Resource Manager lists its versions newest first, one preview after the version that it led to",
    source: "ansible-collections/azure#2117",
    run: async (azure) =>
      refused(await azure.get(`${subscription}/resourceGroups`, { version: "2023-05-01" }), 400, {
        code: "InvalidApiVersionParameter",
        says: "The api-version '2023-05-01' is invalid. The supported versions are '2025-04-01,2025-03-01,2024-10-01-preview,2024-11-01,2024-08-01,2024-07-01,2024-06-01-preview,2024-03-01,2023-07-01,2023-07-01-preview,2023-03-01-preview,2022-12-01,2022-11-01-preview,2022-09-01,2022-06-01,",
      }),
  },
  {
    says: "Networks have versions since 2014, listed with commas for a list, with blanks for a resource",
    source: "Azure/azure-sdk-for-js#9297",
    run: async (azure) => {
      const version = "2020-02-02";
      refused(
        await azure.get(`${subscription}/providers/Microsoft.Network/networkInterfaces`, { version }),
        404,
        {
          code: "InvalidResourceType",
          says: "The supported api-versions are '2014-12-01-preview,2015-05-01-preview,2015-06-15,2016-03-30,2016-06-01,",
        },
      );
    },
  },
  {
    says: "Every answer names the edge that it came through",
    source: sources.extension,
    run: async (azure) => {
      const { headers } = await azure.get(disk);
      expect(headers.get("x-cache")).toBe("CONFIG_NOCACHE");
      expect(headers.get("x-msedge-ref")).toMatch(
        /^Ref A: [0-9A-F]{32} Ref B: [A-Z0-9]+ Ref C: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
      );
    },
  },
  {
    says: "Deletions leave 199 of 200 to the principal and 2999 to the subscription",
    source: sources.extension,
    run: async (azure) => {
      await azure.advance(60);
      const { headers } = await azure.del(compute("disks/none"));
      expect(headers.get("x-ms-ratelimit-remaining-subscription-deletes")).toBe("199");
      expect(headers.get("x-ms-ratelimit-remaining-subscription-global-deletes")).toBe("2999");
    },
  },
  {
    says: "A subscription in any state that is not Enabled or PastDue is read-only; deletions stay possible",
    source: "azure/cost-management-billing/manage/subscription-states",
    run: async (azure) => {
      await azure.disk("leaving");
      try {
        for (const state of ["Warned", "Deleted", "Disabled"] as const) {
          await azure.control.setSubscription({ id: SUB, state });
          expect(at(await azure.get(subscription), "state")).toBe(state);
          refused(await azure.put(compute("disks/d3"), { body: emptyDisk() }), 409, {
            code: "ReadOnlyDisabledSubscription",
            says: `The subscription '${SUB}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
          });
        }
        expect((await azure.del(compute("disks/leaving"))).status).toBe(202);
        await azure.control.setSubscription({ id: SUB, state: "PastDue" });
        expect((await azure.patch(disk, { body: { tags: {} } })).status).toBe(202);
      } finally {
        await azure.control.setSubscription({ id: SUB, state: "Enabled" });
      }
    },
  },
  {
    says: "A subscription and a tenant have the recorded fields",
    source: "azure-cli test_account",
    run: async (azure) => {
      const found = await azure.get(subscription, { version: "2022-12-01" });
      expect(found.json).toMatchObject({
        id: subscription,
        authorizationSource: "RoleBased",
        managedByTenants: [],
        subscriptionId: SUB,
        state: "Enabled",
        subscriptionPolicies: { spendingLimit: "Off" },
      });
      const tenants = await azure.get("/tenants", { version: "2022-12-01" });
      expect(at(tenants, "value.0.tenantCategory")).toBe("Home");
      expect(at(tenants, "value.0.id")).toBe(`/tenants/${text(at(found, "tenantId"))}`);
    },
  },
  {
    says: "A group has id, name, type, location, tags and state, nothing more",
    source: "azure-cli test_lock_commands_with_ids",
    run: async (azure) => {
      const path = `${subscription}/resourceGroups/tagged-rg`;
      const tags = { product: "azurecli" };
      const made = await azure.put(path, { version: "2022-09-01", body: { location: REGION, tags } });
      expect([made.status, made.json]).toEqual([
        201,
        {
          id: path,
          name: "tagged-rg",
          type: "Microsoft.Resources/resourceGroups",
          location: REGION,
          tags,
          properties: { provisioningState: "Succeeded" },
        },
      ]);
      refused(await azure.put(path, { body: { location: "northeurope" } }), 409, {
        code: "InvalidResourceGroupLocation",
        says: `Invalid resource group location 'northeurope'. The Resource group already exists in location '${REGION}'.`,
      });
      refused(await azure.get(`${subscription}/resourceGroups/none`), 404, {
        code: "ResourceGroupNotFound",
        says: "Resource group 'none' could not be found.",
      });
    },
  },
];
