import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID, ENGINE_PRINCIPAL_ID } from "../src/entra/directory.ts";
import { failureOf, GROUP, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { collect, type Management, managementClients } from "./management.ts";

const lab = useLab();
const subscription = `/subscriptions/${SUBSCRIPTION}`;

/** Management clients of an Owner. */
async function owner(): Promise<Management> {
  await lab.azure.control.addRoleAssignment({ principalId: "owner", scope: subscription, role: "Owner" });
  return managementClients(lab.azure.url, `${CONTOSO_TENANT_ID}/owner`);
}

const codeOf = async (call: PromiseLike<unknown>): Promise<string> => (await failureOf(call)).code;

test("a built-in role allows its actions, and only on its scope", async () => {
  await lab.importVm("web");
  await lab.importVm("db");
  await lab.azure.control.addRoleAssignment({
    principalId: "reader",
    scope: `${subscription}/resourceGroups/${GROUP}/providers/Microsoft.Compute/disks/web-os`,
    roleDefinitionId: "3e5e47e6-65f7-47ef-90b5-e5dd4d455f24",
  });
  const { disks, virtualMachines } = lab.armAs(`${CONTOSO_TENANT_ID}/reader`);
  expect(await codeOf(disks.get(GROUP, "WEB-OS"))).toBe("no failure");
  expect(await codeOf(disks.get(GROUP, "db-os"))).toBe("AuthorizationFailed");
  expect(
    await codeOf(disks.grantAccess(GROUP, "web-os", { access: "Read", durationInSeconds: 60 })),
  ).not.toBe("AuthorizationFailed");
  expect(await codeOf(disks.revokeAccess(GROUP, "web-os"))).toBe("AuthorizationFailed");
  expect(await codeOf(virtualMachines.get(GROUP, "web"))).toBe("AuthorizationFailed");
});

test("notActions take away what a wildcard gives; a Contributor cannot change access", async () => {
  const { azure } = lab;
  await azure.fabric.addCustomRole({
    name: "6f0b8a52-1d43-4c8e-9a17-3b5d2e7f4001",
    roleName: "VM operator",
    assignableScopes: [subscription],
    permissions: [
      {
        actions: ["Microsoft.Compute/virtualMachines/*", "Microsoft.Compute/locations/operations/read"],
        notActions: ["*/delete", "Microsoft.Compute/virtualMachines/write"],
      },
    ],
  });
  await azure.control.addRoleAssignment({
    principalId: "operator",
    scope: subscription,
    roleDefinitionId: "6f0b8a52-1d43-4c8e-9a17-3b5d2e7f4001",
  });
  await lab.importVm("web");
  const { virtualMachines } = lab.armAs(`${CONTOSO_TENANT_ID}/operator`);
  expect(await codeOf(virtualMachines.start(GROUP, "web"))).toBe("no failure");
  expect(await codeOf(virtualMachines.instanceView(GROUP, "web"))).toBe("no failure");
  expect(await codeOf(virtualMachines.delete(GROUP, "web"))).toBe("AuthorizationFailed");
  expect(await codeOf(virtualMachines.update(GROUP, "web", { tags: {} }))).toBe("AuthorizationFailed");
});

test("a role on a group is enough to wait for an operation in it", async () => {
  await lab.importVm("web");
  await lab.azure.control.addRoleAssignment({
    principalId: "team",
    scope: `${subscription}/resourceGroups/${GROUP}`,
    role: "Contributor",
  });
  const { virtualMachines } = lab.armAs(`${CONTOSO_TENANT_ID}/team`);
  expect(await codeOf(virtualMachines.powerOff(GROUP, "web"))).toBe("no failure");
  expect(await codeOf(virtualMachines.listAll().next())).toBe("AuthorizationFailed");
});

test("an Owner makes custom roles and assigns them through ARM", async () => {
  const { roles } = await owner();
  const id = "0d5c6f1a-7b32-4e19-8a54-9c1e2b3d4f01";
  const made = await roles.roleDefinitions.createOrUpdate(subscription, id, {
    roleName: "Backup reader",
    description: "Reads disks",
    permissions: [{ actions: ["Microsoft.Compute/disks/read"], notActions: [] }],
    assignableScopes: [subscription],
  });
  expect([made.id, made.roleType]).toEqual([
    `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    "CustomRole",
  ]);
  const found = await collect(
    roles.roleDefinitions.list(subscription, { filter: "roleName eq 'Backup reader'" }),
  );
  expect(found.map(({ name }) => name)).toEqual([id]);
  const builtIn = await collect(
    roles.roleDefinitions.list(subscription, { filter: "roleName eq 'Contributor'" }),
  );
  expect(builtIn.map(({ name }) => name)).toEqual(["b24988ac-6180-42a0-ab88-20f7382dd24c"]);

  await lab.importVm("web");
  const principalId = "5b0e7d21-94c6-4f38-a1b7-6d2c8e9f4a02";
  const assign = (name: string, scope: string): Promise<unknown> =>
    roles.roleAssignments.create(scope, name, {
      roleDefinitionId: made.id ?? "",
      principalId,
      principalType: "ServicePrincipal",
    });
  const group = `${subscription}/resourceGroups/${GROUP}`;
  await assign("a4c1e6b8-2d70-4953-8f1e-0b7a6c5d4e03", group);
  expect(await codeOf(lab.armAs(`${CONTOSO_TENANT_ID}/${principalId}`).disks.get(GROUP, "web-os"))).toBe(
    "no failure",
  );
  expect(await failureOf(assign("b4c1e6b8-2d70-4953-8f1e-0b7a6c5d4e03", group))).toEqual({
    code: "RoleAssignmentExists",
    status: 409,
  });
  const listed = await collect(
    roles.roleAssignments.listForScope(group, { filter: `principalId eq '${principalId}'` }),
  );
  expect(listed.map(({ scope, roleDefinitionId }) => [scope, roleDefinitionId])).toEqual([[group, made.id]]);
  expect(await codeOf(roles.roleDefinitions.delete(subscription, id))).toBe("RoleDefinitionHasAssignments");
  await roles.roleAssignments.delete(group, "a4c1e6b8-2d70-4953-8f1e-0b7a6c5d4e03");
  expect(await codeOf(lab.armAs(`${CONTOSO_TENANT_ID}/${principalId}`).disks.get(GROUP, "web-os"))).toBe(
    "AuthorizationFailed",
  );
});

test("an assignment needs a known role and principal; a custom role needs real actions", async () => {
  const { roles } = await owner();
  const create = (properties: {
    roleDefinitionId: string;
    principalId: string;
    principalType?: string;
  }): Promise<string> =>
    codeOf(roles.roleAssignments.create(subscription, "c4c1e6b8-2d70-4953-8f1e-0b7a6c5d4e03", properties));
  const unknown = "11111111-1111-4111-8111-111111111111";
  expect(
    await create({
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${unknown}`,
      principalId: unknown,
    }),
  ).toBe("RoleDefinitionDoesNotExist");
  const reader = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
  expect(await create({ roleDefinitionId: reader, principalId: unknown })).toBe("PrincipalNotFound");
  expect(
    await create({ roleDefinitionId: reader, principalId: ENGINE_PRINCIPAL_ID, principalType: "User" }),
  ).toBe("UnmatchedPrincipalType");
  expect(await create({ roleDefinitionId: reader, principalId: ENGINE_PRINCIPAL_ID })).toBe("no failure");
  const role = (actions: string[]): Promise<string> =>
    codeOf(
      roles.roleDefinitions.createOrUpdate(subscription, unknown, {
        roleName: "x",
        permissions: [{ actions }],
        assignableScopes: [subscription],
      }),
    );
  expect(await role(["Microsoft.Compute/disks/get"])).toBe("InvalidActionOrNotAction");
  expect(await role(["Microsoft.Compute/disks/*", "Microsoft.Compute/snapshots/read"])).toBe("no failure");
  const { permissions } = managementClients(lab.azure.url, TOKEN).roles;
  const own = await collect(permissions.listForResourceGroup(GROUP));
  expect(own.map(({ actions }) => actions)).toEqual([["*"]]);
});

test("a Contributor cannot assign roles", async () => {
  const { roles } = managementClients(lab.azure.url, TOKEN);
  expect(
    await codeOf(
      roles.roleAssignments.create(subscription, "d4c1e6b8-2d70-4953-8f1e-0b7a6c5d4e03", {
        roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
        principalId: ENGINE_PRINCIPAL_ID,
      }),
    ),
  ).toBe("AuthorizationFailed");
});

test("a second resource in the body needs its own permission", async () => {
  await lab.importVm("web");
  await lab.arm.disks.createOrUpdate(GROUP, "spare", {
    location: "westeurope",
    creationData: { createOption: "Empty" },
    diskSizeGB: 4,
  });
  await lab.azure.fabric.addCustomRole({
    name: "7a1c9b63-2e54-4d9f-8b28-4c6e3f805005",
    roleName: "Writer without disks",
    assignableScopes: [subscription],
    permissions: [
      {
        actions: [
          "Microsoft.Compute/snapshots/*",
          "Microsoft.Compute/restorePointCollections/write",
          "Microsoft.Compute/virtualMachines/attachDetachDataDisks/action",
        ],
      },
    ],
  });
  await lab.azure.control.addRoleAssignment({
    principalId: "writer",
    scope: subscription,
    roleDefinitionId: "7a1c9b63-2e54-4d9f-8b28-4c6e3f805005",
  });
  const { snapshots, virtualMachines, restorePointCollections } = lab.armAs(`${CONTOSO_TENANT_ID}/writer`);
  const prefix = `${subscription}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
  const messageOf = async (call: PromiseLike<unknown>): Promise<unknown> =>
    Promise.resolve(call).then(
      () => "no failure",
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
  const sourceResourceId = `${prefix}/disks/spare`;
  expect(
    await messageOf(
      snapshots.createOrUpdate(GROUP, "s", {
        location: "westeurope",
        creationData: { createOption: "Copy", sourceResourceId },
      }),
    ),
  ).toBe(
    `The client 'writer' with object id 'writer' has permission to perform action 'Microsoft.Compute/snapshots/write' on scope '${prefix}/snapshots/s'; however, it does not have permission to perform action(s) 'Microsoft.Compute/disks/beginGetAccess/action' on the linked scope(s) '${sourceResourceId}' (respectively) or the linked scope(s) are invalid.`,
  );
  const attach = virtualMachines.attachDetachDataDisks(GROUP, "web", {
    dataDisksToAttach: [{ diskId: sourceResourceId }],
  });
  expect(await messageOf(attach)).toContain("'Microsoft.Compute/disks/write' on the linked scope(s)");
  const collection = restorePointCollections.createOrUpdate(GROUP, "c", {
    location: "westeurope",
    source: { id: `${prefix}/virtualMachines/web` },
  });
  expect(await messageOf(collection)).toContain(
    "'Microsoft.Compute/virtualMachines/read' on the linked scope(s)",
  );
});
