import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { failureOf, GROUP, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { managementClients } from "./management.ts";
import { containing } from "./matchers.ts";
import { rawRequest } from "./raw.ts";
import { makeDisk, makeVm, refusal } from "./vm-lab.ts";

const lab = useLab();
const OTHER = "other-rg";
const target = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${OTHER}`;
const inGroup = (group: string, path: string) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/${path}`;
const disk = (name: string, group = GROUP) => inGroup(group, `Microsoft.Compute/disks/${name}`);
const vmId = (name: string, group = GROUP) => inGroup(group, `Microsoft.Compute/virtualMachines/${name}`);
const resources = (token = TOKEN) => managementClients(lab.azure.url, token).resources;
const ensureOther = () =>
  lab.azure.fabric.ensureResourceGroup({ subscriptionId: SUBSCRIPTION, name: OTHER, location: "westeurope" });
const move = (...ids: string[]) =>
  resources().resources.moveResources(GROUP, { resources: ids, targetResourceGroup: target });
const validate = (...ids: string[]) =>
  resources().resources.validateMoveResources(GROUP, { resources: ids, targetResourceGroup: target });

test("a VM moves with its disks and interface: new ids, the same vmId and bytes", async () => {
  await ensureOther();
  await makeVm(lab, "web", { data: 1 });
  const point = { location: "westeurope", source: { id: vmId("web") } };
  await lab.arm.restorePointCollections.createOrUpdate(GROUP, "web-rpc", point);
  await lab.arm.restorePoints.create(GROUP, "web-rpc", "before", {});
  const before = await lab.arm.virtualMachines.get(GROUP, "web");
  const uniqueId = (await lab.arm.disks.get(GROUP, "web-os")).uniqueId;
  const nic = inGroup(GROUP, "Microsoft.Network/networkInterfaces/web-nic");
  await validate(vmId("web"), disk("web-os"), disk("web-data0"), nic);
  expect((await lab.arm.virtualMachines.get(GROUP, "web")).id).toBe(vmId("web"));
  await move(vmId("web"), disk("web-os"), disk("web-data0"), nic);
  const after = await lab.arm.virtualMachines.get(OTHER, "web");
  expect([after.id, after.vmId]).toEqual([vmId("web", OTHER), before.vmId]);
  expect(after.storageProfile?.osDisk?.managedDisk?.id).toBe(disk("web-os", OTHER));
  expect(after.networkProfile?.networkInterfaces?.[0]?.id).toContain(`/${OTHER}/`);
  const os = await lab.arm.disks.get(OTHER, "web-os");
  expect([os.managedBy, os.diskState, os.uniqueId]).toEqual([vmId("web", OTHER), "Attached", uniqueId]);
  expect((await failureOf(lab.arm.virtualMachines.get(GROUP, "web"))).code).toBe("ResourceNotFound");
  // The collection and its points stay behind; a new point of the old id is refused.
  const collection = await lab.arm.restorePointCollections.get(GROUP, "web-rpc", { expand: "restorePoints" });
  expect([collection.source?.id, collection.restorePoints?.length]).toEqual([vmId("web"), 1]);
  expect(await refusal(lab.arm.restorePoints.create(GROUP, "web-rpc", "after", {}))).not.toBe("no failure");
  const moved = { location: "westeurope", source: { id: vmId("web", OTHER) } };
  await lab.arm.restorePointCollections.createOrUpdate(OTHER, "web-rpc", moved);
  await lab.arm.restorePoints.create(OTHER, "web-rpc", "first", {});
});

test("a move without a dependent, of a missing or of a fixed resource fails as a whole", async () => {
  await ensureOther();
  await makeVm(lab, "web", { data: 1 });
  await lab.arm.restorePointCollections.createOrUpdate(GROUP, "rpc", {
    location: "westeurope",
    source: { id: vmId("web") },
  });
  const reasons = async (action: "moveResources" | "validateMoveResources", ...ids: string[]) => {
    const from = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/${action}?api-version=2025-04-01`;
    const body = { resources: ids, targetResourceGroup: target };
    const begun = await rawRequest(lab.azure.url, from, { method: "POST", token: TOKEN, body });
    const { pathname, search } = new URL(begun.headers.get("location") ?? "");
    const ended = await rawRequest(lab.azure.url, `${pathname}${search}`, { token: TOKEN });
    // The reasons of a provider are JSON in a message.
    const reason = JSON.stringify(ended.body).replaceAll('\\"', '"');
    return [begun.status, ended.status, ended.code, reason];
  };
  const failed = (code: string) => [202, 409, "ResourceMoveProviderValidationFailed", containing(code)];
  expect(await reasons("validateMoveResources", vmId("web"), disk("web-os"))).toEqual(
    failed(`"code":"MissingMoveDependentResources","target":"${disk("web-data0")}"`),
  );
  expect(await reasons("moveResources", disk("web-data0"))).toEqual(failed("MissingMoveDependentResources"));
  expect(await reasons("moveResources", disk("none"))).toEqual(failed("MoveResourcesNotFound"));
  const collection = inGroup(GROUP, "Microsoft.Compute/restorePointCollections/rpc");
  expect(await reasons("moveResources", collection)).toEqual(failed("ResourceMoveNotSupported"));
  expect((await lab.arm.virtualMachines.get(GROUP, "web")).id).toBe(vmId("web"));
});

test("a move needs another group that exists, without a read-only lock, and both roles", async () => {
  const id = await makeDisk(lab, "free");
  expect(await refusal(move(id))).toMatch(/^404 ResourceGroupNotFound/);
  await ensureOther();
  const same = resources().resources.moveResources(GROUP, {
    resources: [id],
    targetResourceGroup: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}`,
  });
  expect(await refusal(same)).toContain(
    "409 ConflictingUserInput: Source and destination resource groups are the same.",
  );
  await lab.azure.control.addRoleAssignment({
    principalId: "mover",
    scope: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}`,
    role: "Contributor",
  });
  const half = resources(`${CONTOSO_TENANT_ID}/mover`).resources.moveResources(GROUP, {
    resources: [id],
    targetResourceGroup: target,
  });
  expect(await refusal(half)).toMatch(/^403 LinkedAuthorizationFailed/);
  await lab.azure.control.addRoleAssignment({
    principalId: "99999999-8888-4777-8666-555555555555",
    scope: `/subscriptions/${SUBSCRIPTION}`,
    role: "Owner",
  });
  const { locks } = managementClients(lab.azure.url, TOKEN);
  await locks.managementLocks.createOrUpdateAtResourceGroupLevel(OTHER, "keep", { level: "ReadOnly" });
  expect(await refusal(move(id))).toMatch(/^409 ScopeLocked/);
  await locks.managementLocks.deleteAtResourceGroupLevel(OTHER, "keep");
  await move(id);
  expect((await lab.arm.disks.get(OTHER, "free")).id).toBe(disk("free", OTHER));
});
