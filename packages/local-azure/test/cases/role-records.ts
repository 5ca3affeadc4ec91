/** Role definitions and assignments as the authorization provider answers them. */
import { expect } from "vitest";
import { ENGINE_CLIENT_ID, ENGINE_PRINCIPAL_ID } from "../../src/entra/directory.ts";
import { type Answer, type Azure, at, compute, fieldsOf, groupPath, type Json, SUB, text } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";

const version = "2022-04-01";
const subscription = `/subscriptions/${SUB}`;
const definitions = `${subscription}/providers/Microsoft.Authorization/roleDefinitions`;
const assignments = "providers/Microsoft.Authorization/roleAssignments";
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;
const as = "engine";

function propertiesOf(answer: Answer): { [key: string]: Json } {
  const { properties } = fieldsOf(answer);
  return typeof properties === "object" && properties !== null && !Array.isArray(properties)
    ? properties
    : {};
}

/** Makes a role with these permissions. */
async function define(azure: Azure, permission: object): Promise<{ id: string; made: Answer }> {
  const id = crypto.randomUUID();
  const properties = {
    roleName: `records ${id}`,
    description: "For a record",
    permissions: [permission],
    assignableScopes: [subscription],
  };
  return { id, made: await azure.put(`${definitions}/${id}`, { version, body: { properties } }) };
}

/** Makes a role the engine's only one, on a scope. */
async function assign(
  azure: Azure,
  role: string,
  { scope, ...extra }: { scope: string; description?: string; condition?: string; conditionVersion?: string },
): Promise<Answer> {
  await azure.control.removeRoleAssignments(ENGINE_PRINCIPAL_ID);
  return azure.put(`${scope}/${assignments}/${crypto.randomUUID()}`, {
    version,
    body: {
      properties: {
        roleDefinitionId: `${definitions}/${role}`,
        principalId: ENGINE_PRINCIPAL_ID,
        principalType: "ServicePrincipal",
        ...extra,
      },
    },
  });
}

async function only(azure: Azure, permission: object, scope = groupPath): Promise<void> {
  const { id } = await define(azure, permission);
  await assign(azure, id, { scope });
}

const lacks = (answer: Answer, action: string, scope: string): void =>
  refused(answer, 403, {
    code: "AuthorizationFailed",
    says: `The client '${ENGINE_CLIENT_ID}' with object id '${ENGINE_PRINCIPAL_ID}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid.`,
  });

export const roleRecords: readonly Case[] = [
  {
    says: "A built-in role has its four lists of actions, times in UTC, and no creator",
    source: "azure-cli test_built_in_role_definition_scenario",
    run: async (azure) => {
      const found = await azure.get(`${definitions}?$filter=roleName eq 'reader'`, {
        version: "2022-05-01-preview",
      });
      expect(at(found, "value.0")).toEqual({
        properties: {
          roleName: "Reader",
          type: "BuiltInRole",
          description: "View all resources, but does not allow you to make any changes.",
          assignableScopes: ["/"],
          permissions: [{ actions: ["*/read"], notActions: [], dataActions: [], notDataActions: [] }],
          createdOn: "2015-02-02T21:55:09.8806423Z",
          updatedOn: "2021-11-11T20:13:47.8628684Z",
          createdBy: null,
          updatedBy: null,
        },
        id: `${definitions}/${reader}`,
        type: "Microsoft.Authorization/roleDefinitions",
        name: reader,
      });
    },
  },
  {
    says: "A custom role is 201 each time; the answer to PUT names no creator, the list does",
    source: "azure-cli test_custom_role_definition_scenario",
    run: async (azure) => {
      const { id, made } = await define(azure, {
        actions: ["Microsoft.Compute/*/read", "Microsoft.Insights/alertRules/*", "Microsoft.Support/*"],
        dataActions: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
        notDataActions: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"],
      });
      expect([made.status, at(made, "properties.type"), at(made, "properties.createdBy")]).toEqual([
        201,
        "CustomRole",
        null,
      ]);
      expect(at(made, "properties.createdOn")).toMatch(utc);
      expect(at(made, "properties.createdOn")).toBe(at(made, "properties.updatedOn"));
      expect(at(made, "properties.permissions.0.notActions")).toEqual([]);
      await azure.advance(5);
      const again = await azure.put(`${definitions}/${id}`, {
        version,
        body: { properties: fieldsOf(made)["properties"] },
      });
      expect(again.status).toBe(201);
      const listed = await azure.get(`${definitions}?$filter=roleName eq 'records ${id}'`, { version });
      expect(at(listed, "value.0.properties.createdBy")).toBe(at(again, "properties.updatedBy"));
      expect(at(listed, "value.0.properties.createdOn")).toBe(at(made, "properties.createdOn"));
      const removed = await azure.del(`${definitions}/${id}`, { version });
      expect([removed.status, at(removed, "name")]).toEqual([200, id]);
      expect((await azure.del(`${definitions}/${id}`, { version })).status).toBe(204);
    },
  },
  {
    says: "An assignment has exactly the recorded fields, with condition and description",
    source: "azure-cli test_role_assignment_create_update",
    run: async (azure) => {
      const condition =
        "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:Name] stringEquals 'foo'";
      const made = await assign(azure, reader, {
        scope: groupPath,
        description: "Role assignment foo to check on bar",
        condition,
        conditionVersion: "2.0",
      });
      expect(made.status).toBe(201);
      expect(Object.keys(propertiesOf(made))).toEqual([
        "roleDefinitionId",
        "principalId",
        "principalType",
        "scope",
        "condition",
        "conditionVersion",
        "createdOn",
        "updatedOn",
        "createdBy",
        "updatedBy",
        "delegatedManagedIdentityResourceId",
        "description",
      ]);
      expect(made.json).toMatchObject({
        properties: {
          roleDefinitionId: `${definitions}/${reader}`,
          scope: groupPath,
          condition,
          conditionVersion: "2.0",
          createdBy: null,
          description: "Role assignment foo to check on bar",
        },
        type: "Microsoft.Authorization/roleAssignments",
      });
      expect(at(made, "properties.createdOn")).toMatch(utc);
      const path = text(at(made, "id"));
      const properties = { ...propertiesOf(made), description: "changed", condition: null };
      const changed = await azure.put(path, { version, body: { properties } });
      expect([at(changed, "properties.description"), at(changed, "properties.condition")]).toEqual([
        "changed",
        null,
      ]);
      const listed = await azure.get(`${groupPath}/${assignments}?$filter=atScope()`, { version });
      expect(listed.text).toContain('"description":"changed"');
      expect((await azure.del(path, { version })).status).toBe(200);
      expect((await azure.del(path, { version })).status).toBe(204);
    },
  },
  {
    says: "Another principal or scope under the same name: 409 RoleAssignmentUpdateNotPermitted",
    source: sources.roles,
    run: async (azure) => {
      const made = await assign(azure, reader, { scope: groupPath });
      const properties = { ...propertiesOf(made), principalId: crypto.randomUUID() };
      refused(await azure.put(text(at(made, "id")), { version, body: { properties } }), 409, {
        code: "RoleAssignmentUpdateNotPermitted",
        says: "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      });
    },
  },
  {
    says: "A role that is assigned is not deleted: RoleDefinitionHasAssignments",
    source: sources.roles,
    run: async (azure) => {
      const { id } = await define(azure, { actions: ["*/read"] });
      await assign(azure, id, { scope: groupPath });
      refused(await azure.del(`${definitions}/${id}`, { version }), 409, {
        code: "RoleDefinitionHasAssignments",
        says: "There are existing role assignments referencing role",
      });
    },
  },
  {
    says: "A wildcard in the middle of an action matches any type; notActions of another role take nothing away",
    source: "azure/role-based-access-control/role-definitions",
    run: async (azure) => {
      await only(azure, {
        actions: ["Microsoft.Compute/*/read"],
        notActions: ["Microsoft.Compute/disks/read"],
      });
      expect((await azure.get(compute("virtualMachines/web"), { as })).status).toBe(200);
      lacks(
        await azure.get(compute("disks/d1"), { as }),
        "Microsoft.Compute/disks/read",
        compute("disks/d1"),
      );
      const second = await define(azure, { actions: ["Microsoft.Compute/disks/read"] });
      await azure.put(`${groupPath}/${assignments}/${crypto.randomUUID()}`, {
        version,
        body: {
          properties: {
            roleDefinitionId: `${definitions}/${second.id}`,
            principalId: ENGINE_PRINCIPAL_ID,
            principalType: "ServicePrincipal",
          },
        },
      });
      expect((await azure.get(compute("disks/d1"), { as })).status).toBe(200);
    },
  },
  {
    says: "Data actions give no actions: a role with all of them cannot read a disk",
    source: "azure/role-based-access-control/role-definitions",
    run: async (azure) => {
      await only(azure, { actions: [], dataActions: ["Microsoft.Compute/disks/*"] });
      lacks(
        await azure.get(compute("disks/d1"), { as }),
        "Microsoft.Compute/disks/read",
        compute("disks/d1"),
      );
      await only(azure, { actions: ["*"] });
      const found = await azure.get(`${groupPath}/providers/Microsoft.Authorization/permissions`, {
        as,
        version,
      });
      expect(at(found, "value.0")).toEqual({
        actions: ["*"],
        notActions: [],
        dataActions: [],
        notDataActions: [],
      });
    },
  },
  {
    says: "A role on one disk reaches that disk only, in any letter case; a list is refused on the provider",
    source: "Azure/azure-sdk-for-go#3117",
    run: async (azure) => {
      await azure.disk("d2");
      await assign(azure, reader, { scope: compute("disks/d1") });
      expect((await azure.get(compute("DISKS/D1"), { as })).status).toBe(200);
      lacks(
        await azure.get(compute("disks/d2"), { as }),
        "Microsoft.Compute/disks/read",
        compute("disks/d2"),
      );
      lacks(
        await azure.get(compute("disks"), { as }),
        "Microsoft.Compute/disks/read",
        `${groupPath}/providers/Microsoft.Compute`,
      );
    },
  },
  {
    says: "The lists of versions of assignments and of definitions differ",
    source: "Azure/azure-sdk-for-java#28334",
    run: async (azure) => {
      refused(await azure.get(`${subscription}/${assignments}`, { version: "2020-07-01-preview" }), 404, {
        code: "InvalidResourceType",
        says: /^The resource type 'roleAssignments' could not be found in the namespace 'Microsoft\.Authorization' for api version '2020-07-01-preview'\. The supported api-versions are '2014-04-01-preview,2014-07-01-preview,2014-10-01-preview,2015-05-01-preview,2015-06-01,2015-07-01,2016-07-01,2017-05-01,2017-09-01,2017-10-01-preview,.*,2020-08-01-preview,2020-10-01-preview,2021-04-01-preview,2022-01-01-preview,2022-04-01'\.$/,
      });
      refused(await azure.get(definitions, { version: "2020-08-01-preview" }), 404, {
        code: "InvalidResourceType",
        says: "The supported api-versions are '2014-04-01-preview,2014-07-01-preview,2014-10-01-preview,2015-05-01-preview,2015-06-01,2015-07-01,2016-07-01,2017-05-01,2017-09-01,2018-01-01-preview,2018-07-01,2022-04-01,2022-05-01-preview'",
      });
    },
  },
];
