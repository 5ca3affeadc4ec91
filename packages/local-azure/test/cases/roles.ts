/** Roles: which permission a call needs, where, and how a refusal words it. */
import { expect } from "vitest";
import { ENGINE_CLIENT_ID, ENGINE_PRINCIPAL_ID } from "../../src/entra/directory.ts";
import {
  type Answer,
  type Azure,
  at,
  compute,
  emptyDisk,
  groupPath,
  REGION,
  RG,
  SUB,
  text,
} from "./azure.ts";
import { type Kind, refused, sources } from "./case.ts";

const roleVersion = "2022-04-01";
const subscription = `/subscriptions/${SUB}`;
const definitions = `${subscription}/providers/Microsoft.Authorization/roleDefinitions`;
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const rpc = compute("restorePointCollections/col");
const as = "engine";

/** Makes the engine's only role this one, on a scope. */
async function assign(azure: Azure, role: string, scope: string): Promise<Answer> {
  await azure.control.removeRoleAssignments(ENGINE_PRINCIPAL_ID);
  const name = crypto.randomUUID();
  return azure.put(`${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`, {
    version: roleVersion,
    body: {
      properties: {
        roleDefinitionId: `${definitions}/${role}`,
        principalId: ENGINE_PRINCIPAL_ID,
        principalType: "ServicePrincipal",
      },
    },
  });
}

/** Makes a custom role with these actions and gives it to the engine on the group. */
async function grant(azure: Azure, actions: string[], notActions: string[] = []): Promise<void> {
  const id = crypto.randomUUID();
  const properties = {
    roleName: `cases ${id}`,
    description: "",
    permissions: [{ actions, notActions }],
    assignableScopes: [subscription],
  };
  const made = await azure.put(`${definitions}/${id}`, { version: roleVersion, body: { properties } });
  if (made.status !== 201) throw new Error(made.text);
  await assign(azure, id, groupPath);
}

/** The sentence of Azure for a call without the permission. */
function lacks(answer: Answer, action: string, scope: string): void {
  refused(answer, 403, {
    code: "AuthorizationFailed",
    says: `The client '${ENGINE_CLIENT_ID}' with object id '${ENGINE_PRINCIPAL_ID}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  });
}

export const roles: Kind = {
  name: "roles",
  seed: async (azure) => {
    const vm = await azure.vm("web");
    await azure.disk("d1");
    await azure.done("PUT", rpc, { body: { location: REGION, properties: { source: { id: vm } } } });
    await azure.done("PUT", `${rpc}/restorePoints/p1`, {
      body: { properties: { consistencyMode: "CrashConsistent" } },
    });
  },
  cases: [
    {
      says: "A call without a role names client, object, action and the full id",
      source: sources.roles,
      run: async (azure) => {
        await grant(azure, ["Microsoft.Network/networkInterfaces/read"]);
        lacks(
          await azure.get(compute("disks/d1"), { as }),
          "Microsoft.Compute/disks/read",
          compute("disks/d1"),
        );
      },
    },
    {
      says: "The permission is checked before the resource is looked up",
      source: sources.roles,
      run: async (azure) => {
        await grant(azure, ["Microsoft.Network/networkInterfaces/read"]);
        lacks(
          await azure.get(compute("disks/none"), { as }),
          "Microsoft.Compute/disks/read",
          compute("disks/none"),
        );
      },
    },
    {
      says: "Each call of a backup needs the action of its type and verb",
      source: "azure/role-based-access-control/permissions/compute",
      run: async (azure) => {
        await grant(azure, ["Microsoft.Network/networkInterfaces/read"]);
        const point = `${rpc}/restorePoints/p1`;
        const vm = compute("virtualMachines/web");
        const rows: [string, string, string][] = [
          ["GET", vm, "virtualMachines/read"],
          ["POST", `${vm}/runCommand`, "virtualMachines/runCommand/action"],
          ["POST", `${vm}/start`, "virtualMachines/start/action"],
          ["PUT", `${vm}/extensions/e`, "virtualMachines/extensions/write"],
          ["PATCH", vm, "virtualMachines/write"],
          ["PUT", rpc, "restorePointCollections/write"],
          ["DELETE", rpc, "restorePointCollections/delete"],
          ["PUT", point, "restorePointCollections/restorePoints/write"],
          ["DELETE", point, "restorePointCollections/restorePoints/delete"],
          ["GET", point, "restorePointCollections/restorePoints/read"],
          [
            "POST",
            `${point}/diskRestorePoints/d/beginGetAccess`,
            "restorePointCollections/restorePoints/diskRestorePoints/beginGetAccess/action",
          ],
          [
            "POST",
            `${point}/diskRestorePoints/d/endGetAccess`,
            "restorePointCollections/restorePoints/diskRestorePoints/endGetAccess/action",
          ],
          ["POST", compute("disks/d1/beginGetAccess"), "disks/beginGetAccess/action"],
          ["POST", compute("disks/d1/endGetAccess"), "disks/endGetAccess/action"],
          ["PUT", compute("disks/d1"), "disks/write"],
          ["DELETE", compute("disks/d1"), "disks/delete"],
          ["POST", compute("snapshots/s/beginGetAccess"), "snapshots/beginGetAccess/action"],
        ];
        for (const [method, path, action] of rows) {
          const body = method === "GET" || method === "DELETE" ? {} : { body: { location: REGION } };
          const answer = await azure.send(method, path, { as, ...body });
          const scope = method === "POST" ? path.slice(0, path.lastIndexOf("/")) : path;
          lacks(answer, `Microsoft.Compute/${action}`, scope);
        }
      },
    },
    {
      says: "Polling needs the read of operations on the subscription",
      source: "azure/role-based-access-control/permissions/compute",
      run: async (azure) => {
        await grant(azure, ["Microsoft.Compute/disks/*"]);
        const answer = await azure.put(compute("disks/polled"), { as, body: emptyDisk() });
        expect(answer.status).toBe(202);
        await azure.advance(10);
        const removal = await azure.del(compute("disks/polled"), { as });
        expect(removal.status).toBe(202);
        await azure.advance(10);
      },
    },
    {
      says: "A Reader reads everything and writes nothing",
      source: "azure/role-based-access-control/built-in-roles",
      run: async (azure) => {
        const made = await assign(azure, reader, subscription);
        expect([made.status, at(made, "properties.scope"), at(made, "type")]).toEqual([
          201,
          subscription,
          "Microsoft.Authorization/roleAssignments",
        ]);
        for (const path of ["disks/d1", "virtualMachines/web", "restorePointCollections/col"])
          expect((await azure.get(compute(path), { as })).status).toBe(200);
        lacks(
          await azure.patch(compute("disks/d1"), { as, body: { tags: {} } }),
          "Microsoft.Compute/disks/write",
          compute("disks/d1"),
        );
        const access = { access: "Read", durationInSeconds: 60 };
        lacks(
          await azure.post(compute("disks/d1/beginGetAccess"), { as, body: access }),
          "Microsoft.Compute/disks/beginGetAccess/action",
          compute("disks/d1"),
        );
      },
    },
    {
      says: "Wildcards give, notActions take away",
      source: "azure/role-based-access-control/role-definitions",
      run: async (azure) => {
        await grant(azure, ["Microsoft.Compute/disks/*"], ["Microsoft.Compute/disks/delete"]);
        expect((await azure.get(compute("disks/d1"), { as })).status).toBe(200);
        lacks(
          await azure.del(compute("disks/d1"), { as }),
          "Microsoft.Compute/disks/delete",
          compute("disks/d1"),
        );
      },
    },
    {
      says: "A role on a group gives nothing on the subscription; groups and resources are filtered instead",
      source: sources.roles,
      run: async (azure) => {
        await azure.put(`${subscription}/resourceGroups/other-rg`, { body: { location: REGION } });
        await assign(azure, reader, groupPath);
        const list = await azure.get(`${subscription}/resourceGroups`, { as });
        expect(list.status).toBe(200);
        expect(list.text).toContain(RG);
        expect(list.text).not.toContain("other-rg");
        const vms = `${subscription}/providers/Microsoft.Compute/virtualMachines`;
        lacks(await azure.get(vms, { as }), "Microsoft.Compute/virtualMachines/read", subscription);
      },
    },
    {
      says: "Only the caller of an operation can read its result",
      source: "MicrosoftDocs/azure-docs#119301",
      run: async (azure) => {
        await assign(azure, reader, subscription);
        const begun = await azure.patch(compute("disks/d1"), { body: { tags: { a: "2" } } });
        const answer = await azure.get(azure.link(begun), { as });
        expect(answer.status).toBe(403);
        expect(text(at(answer, "error.message"))).toContain(
          "Only the original caller of an asynchronous operation is allowed to retrieve the results.",
        );
        await azure.finish(begun);
      },
    },
    {
      says: "A snapshot of a disk that the caller cannot read is refused for the linked scope",
      source: "azure/role-based-access-control/troubleshooting",
      run: async (azure) => {
        await grant(azure, ["Microsoft.Compute/snapshots/*"]);
        const body = {
          location: REGION,
          properties: {
            creationData: { createOption: "Copy", sourceResourceId: compute("disks/d1") },
            incremental: true,
          },
        };
        refused(await azure.put(compute("snapshots/s1"), { as, body }), 403, {
          code: "LinkedAuthorizationFailed",
          says: /has permission to perform action 'Microsoft\.Compute\/snapshots\/write' on scope '.*'; however, it does not have permission to perform action\(s\) 'Microsoft\.Compute\/disks\/beginGetAccess\/action' on the linked scope\(s\)/,
        });
      },
    },
    {
      says: "A custom role needs a known action and a new name",
      source: "azure/role-based-access-control/troubleshooting",
      run: async (azure) => {
        const permissions = [{ actions: ["Microsoft.Compute/disks/nothing/action"], notActions: [] }];
        const properties = { roleName: "wrong", permissions, assignableScopes: [subscription] };
        refused(
          await azure.put(`${definitions}/${crypto.randomUUID()}`, {
            version: roleVersion,
            body: { properties },
          }),
          400,
          {
            code: "InvalidActionOrNotAction",
            says: "'Microsoft.Compute/disks/nothing/action' does not match any of the actions supported by the providers.",
          },
        );
        const twin = {
          ...properties,
          roleName: "Reader",
          permissions: [{ actions: ["*/read"], notActions: [] }],
        };
        refused(
          await azure.put(`${definitions}/${crypto.randomUUID()}`, {
            version: roleVersion,
            body: { properties: twin },
          }),
          409,
          {
            code: "RoleDefinitionWithSameNameExists",
          },
        );
      },
    },
    {
      says: "The same role for the same principal and scope twice: 409 RoleAssignmentExists",
      source: sources.roles,
      run: async (azure) => {
        await assign(azure, reader, groupPath);
        const path = `${groupPath}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`;
        const properties = { roleDefinitionId: `${definitions}/${reader}`, principalId: ENGINE_PRINCIPAL_ID };
        refused(await azure.put(path, { version: roleVersion, body: { properties } }), 409, {
          code: "RoleAssignmentExists",
          says: "The role assignment already exists.",
        });
      },
    },
    {
      says: "A Contributor cannot give roles",
      source: "azure/role-based-access-control/built-in-roles",
      run: async (azure) => {
        await assign(azure, "b24988ac-6180-42a0-ab88-20f7382dd24c", subscription);
        const path = `${groupPath}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`;
        const properties = { roleDefinitionId: `${definitions}/${reader}`, principalId: ENGINE_PRINCIPAL_ID };
        lacks(
          await azure.put(path, { as, version: roleVersion, body: { properties } }),
          "Microsoft.Authorization/roleAssignments/write",
          path,
        );
        expect((await azure.patch(compute("disks/d1"), { as, body: { tags: {} } })).status).toBe(202);
      },
    },
    {
      says: "The data role of disks is built in; its actions are data actions",
      source: sources.secure,
      run: async (azure) => {
        const found = await azure.get(
          `${definitions}?$filter=roleName eq 'Data Operator for Managed Disks'`,
          { version: roleVersion },
        );
        expect(at(found, "value.0.name")).toBe("959f8984-c045-4866-89c7-12bf9737be2e");
        expect(at(found, "value.0.properties.permissions.0.dataActions")).toEqual([
          "Microsoft.Compute/disks/download/action",
          "Microsoft.Compute/disks/upload/action",
          "Microsoft.Compute/snapshots/download/action",
          "Microsoft.Compute/snapshots/upload/action",
        ]);
      },
    },
  ],
};
