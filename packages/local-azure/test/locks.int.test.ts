import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { failureOf, GROUP, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { collect, managementClients } from "./management.ts";
import { rawRequest } from "./raw.ts";

const lab = useLab();
const subscription = `/subscriptions/${SUBSCRIPTION}`;
const group = `${subscription}/resourceGroups/${GROUP}`;
const owner = `${CONTOSO_TENANT_ID}/owner`;

/** A VM, and the management clients of an Owner. */
async function setUp(): Promise<ReturnType<typeof managementClients>> {
  await lab.importVm("web");
  await lab.azure.control.addRoleAssignment({ principalId: "owner", scope: subscription, role: "Owner" });
  return managementClients(lab.azure.url, owner);
}

const codeOf = async (call: PromiseLike<unknown>): Promise<string> => (await failureOf(call)).code;

test("CanNotDelete refuses the deletion of the scope and of resources inside, and nothing else", async () => {
  const { locks, resources } = await setUp();
  await locks.managementLocks.createOrUpdateAtResourceGroupLevel(GROUP, "keep", {
    level: "CanNotDelete",
    notes: "Backups",
  });
  const { url } = lab.azure;
  const refused = await rawRequest(
    url,
    `${group}/providers/Microsoft.Compute/disks/web-os?api-version=2025-01-02`,
    { method: "DELETE", token: TOKEN },
  );
  expect([refused.status, refused.code, refused.message]).toEqual([
    409,
    "ScopeLocked",
    `The scope '${group}/providers/Microsoft.Compute/disks/web-os' cannot perform delete operation because following scope(s) are locked: '${group}'. Please remove the lock and try again.`,
  ]);
  expect(await codeOf(resources.resourceGroups.delete(GROUP))).toBe("ScopeLocked");
  expect(await codeOf(lab.arm.virtualMachines.powerOff(GROUP, "web"))).toBe("no failure");
  expect(await codeOf(lab.arm.disks.update(GROUP, "web-os", { tags: { a: "b" } }))).toBe("no failure");
  await locks.managementLocks.deleteAtResourceGroupLevel(GROUP, "keep");
  expect(await codeOf(lab.arm.virtualMachines.delete(GROUP, "web"))).toBe("no failure");
});

test("ReadOnly refuses writes and actions, also beginGetAccess and start", async () => {
  const { locks } = await setUp();
  await locks.managementLocks.createOrUpdateAtSubscriptionLevel("frozen", { level: "ReadOnly" });
  const { virtualMachines, disks } = lab.arm;
  expect(await codeOf(virtualMachines.start(GROUP, "web"))).toBe("ScopeLocked");
  expect(await codeOf(disks.grantAccess(GROUP, "web-os", { access: "Read", durationInSeconds: 60 }))).toBe(
    "ScopeLocked",
  );
  expect(await codeOf(disks.update(GROUP, "web-os", { tags: {} }))).toBe("ScopeLocked");
  expect(await codeOf(disks.delete(GROUP, "web-os"))).toBe("ScopeLocked");
  expect(await codeOf(virtualMachines.get(GROUP, "web"))).toBe("no failure");
  await locks.managementLocks.deleteAtSubscriptionLevel("frozen");
  expect(await codeOf(virtualMachines.start(GROUP, "web"))).toBe("no failure");
});

test("a lock on a resource refuses the deletion of its group", async () => {
  const { locks, resources } = await setUp();
  const scope = `${group}/providers/Microsoft.Compute/virtualMachines/web`;
  await locks.managementLocks.createOrUpdateByScope(scope, "vm", { level: "CanNotDelete" });
  expect(await codeOf(resources.resourceGroups.delete(GROUP))).toBe("ScopeLocked");
  expect(await codeOf(lab.arm.virtualMachines.delete(GROUP, "web"))).toBe("ScopeLocked");
  const found = await collect(locks.managementLocks.listAtResourceGroupLevel(GROUP));
  expect(found.map(({ id, level }) => [id, level])).toEqual([
    [`${scope}/providers/Microsoft.Authorization/locks/vm`, "CanNotDelete"],
  ]);
  expect((await locks.managementLocks.getByScope(scope, "vm")).name).toBe("vm");
});

test("locks need the Owner's actions, an existing scope and a known level", async () => {
  const { locks } = await setUp();
  const contributor = managementClients(lab.azure.url, TOKEN).locks.managementLocks;
  expect(
    await codeOf(contributor.createOrUpdateAtResourceGroupLevel(GROUP, "x", { level: "ReadOnly" })),
  ).toBe("AuthorizationFailed");
  expect(
    await codeOf(
      locks.managementLocks.createOrUpdateAtResourceGroupLevel("none", "x", { level: "ReadOnly" }),
    ),
  ).toBe("ResourceGroupNotFound");
  expect(
    await codeOf(
      locks.managementLocks.createOrUpdateAtResourceGroupLevel(GROUP, "x", { level: "NotSpecified" }),
    ),
  ).toBe("InvalidRequestContent");
  expect((await failureOf(locks.managementLocks.getAtResourceGroupLevel(GROUP, "x"))).status).toBe(404);
});
