import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { failureOf, GROUP, SUBSCRIPTION, useLab } from "./lab.ts";

const lab = useLab();
const subscription = `/subscriptions/${SUBSCRIPTION}`;

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
