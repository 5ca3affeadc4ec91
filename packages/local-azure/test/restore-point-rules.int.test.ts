import type { RestorePoint } from "@azure/arm-compute";
import { expect, test } from "vitest";
import { conditionNames } from "../src/guest/condition-names.ts";
import { conditions } from "../src/guest/conditions.ts";
import type { NewVm } from "../src/index.ts";
import { failureOf, GROUP, MIB, PRINCIPAL, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";

const lab = useLab();
const crash = { consistencyMode: "CrashConsistent" };
const noFill = { sizeBytes: 8 * MIB, fill: async () => undefined };

/** A VM and its collection `NAME-rpc`, with facts that the control API does not take. */
async function makeVm(name: string, change: Partial<NewVm> = {}): Promise<string> {
  const vm = await lab.azure.fabric.createVm({
    name,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: GROUP,
    location: "westeurope",
    os: "Linux",
    size: "Standard_D2s_v5",
    power: "running",
    disks: [noFill],
    ...change,
  });
  await lab.arm.restorePointCollections.createOrUpdate(GROUP, `${name}-rpc`, {
    location: "westeurope",
    source: { id: vm.id },
  });
  return vm.id;
}

const compute = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;

/** A disk encryption set `keys`. */
const makeSet = () =>
  lab.arm.diskEncryptionSets.createOrUpdate(GROUP, "keys", {
    location: "westeurope",
    identity: { type: "SystemAssigned" },
    encryptionType: "EncryptionAtRestWithCustomerKey",
    activeKey: {
      keyUrl: "https://kluis.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef",
      sourceVault: { id: "/v" },
    },
  });

async function message(call: PromiseLike<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no failure";
}

const raw = async (path: string, init: RequestInit = {}) => {
  const version = path.includes("/diskRestorePoints") ? "2026-03-02" : "2026-04-01";
  const answer = await fetch(
    `${lab.azure.url}/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute/${path}?api-version=${version}`,
    {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    },
  );
  const body: unknown = await answer.json();
  return { status: answer.status, body };
};

test("the 201 has the VM's configuration, without disk restore points; the time is the start", async () => {
  await makeSet();
  await makeVm("web", {
    disks: [
      noFill,
      {
        ...noFill,
        facts: {
          encryption: {
            type: "EncryptionAtRestWithCustomerKey",
            diskEncryptionSetId: `${compute}/diskEncryptionSets/keys`,
          },
          networkAccessPolicy: "AllowPrivate",
          diskAccessId: "/access",
          publicNetworkAccess: "Disabled",
          supportedCapabilities: { architecture: "Arm64" },
        },
      },
    ],
    facts: { userData: "aGk=", licenseType: "RHEL_BYOS", diskControllerType: "NVMe" },
  });
  await lab.azure.control.settings({ operationMs: 30_000 });
  const path = "restorePointCollections/web-rpc/restorePoints/p";
  const put = await raw(path, { method: "PUT", body: JSON.stringify({ properties: crash }) });
  expect(put.status).toBe(201);
  expect(put.body).toMatchObject({
    properties: {
      provisioningState: "Creating",
      consistencyMode: "CrashConsistent",
      timeCreated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00$/) as string,
      sourceMetadata: {
        hardwareProfile: { vmSize: "Standard_D2s_v5" },
        userData: "aGk=",
        licenseType: "RHEL_BYOS",
        hyperVGeneration: "V2",
        storageProfile: {
          diskControllerType: "NVMe",
          osDisk: { osType: "Linux" },
          dataDisks: [{ lun: 0 }],
        },
      },
    },
  });
  expect(JSON.stringify(put.body)).not.toContain("diskRestorePoint");
  const begun = await lab.arm.restorePoints.get(GROUP, "web-rpc", "p");
  expect(await failureOf(lab.arm.diskRestorePoint.get(GROUP, "web-rpc", "p", "x"))).toMatchObject({
    status: 404,
  });
  await lab.azure.control.advanceClock(30_000);
  const ended = await lab.arm.restorePoints.get(GROUP, "web-rpc", "p", { expand: "instanceView" });
  expect(ended.provisioningState).toBe("Succeeded");
  expect(ended.timeCreated).toEqual(begun.timeCreated);
  const { osDisk, dataDisks: [data] = [] } = ended.sourceMetadata?.storageProfile ?? {};
  expect(osDisk?.diskRestorePoint).toEqual({
    id: expect.stringContaining(`${path}/diskRestorePoints/web-`) as string,
    encryption: { type: "EncryptionAtRestWithPlatformKey" },
  });
  expect(data?.diskRestorePoint?.encryption).toEqual({
    type: "EncryptionAtRestWithCustomerKey",
    diskEncryptionSet: { id: `${compute}/diskEncryptionSets/keys` },
  });
  const [os] = ended.instanceView?.diskRestorePoints ?? [];
  expect([os?.id, os?.replicationStatus?.completionPercent]).toEqual([osDisk?.diskRestorePoint?.id, 100]);
  expect(ended.instanceView?.statuses?.[0]?.code).toBe("ReplicationState/succeeded");
  const name = data?.diskRestorePoint?.id?.split("/").at(-1) ?? "";
  const disk = await lab.arm.diskRestorePoint.get(GROUP, "web-rpc", "p", name);
  expect(disk).toMatchObject({
    encryption: {
      type: "EncryptionAtRestWithCustomerKey",
      diskEncryptionSetId: `${compute}/diskEncryptionSets/keys`,
    },
    networkAccessPolicy: "AllowPrivate",
    diskAccessId: "/access",
    publicNetworkAccess: "Disabled",
    supportedCapabilities: { architecture: "Arm64" },
    logicalSectorSize: 512,
    completionPercent: 100,
    replicationState: "Succeeded",
    snapshotAccessState: "Available",
  });
  expect(disk.sourceResourceLocation).toBeUndefined();
});

test("bodies keep what Azure takes, and refuse the rest", async () => {
  await makeVm("web");
  const put = async (body: object) => {
    const path = "restorePointCollections/web-rpc/restorePoints/p";
    return raw(path, { method: "PUT", body: JSON.stringify(body) });
  };
  expect(await put({ properties: { nonsense: 1 } })).toMatchObject({
    status: 400,
    body: {
      error: {
        code: "BadRequest",
        message: expect.stringContaining("Could not find member 'nonsense'") as string,
      },
    },
  });
  expect(await put({ properties: { instantAccessDurationMinutes: 30 } })).toMatchObject({ status: 400 });
  expect(await put({ properties: { instantAccessDurationMinutes: 90 } })).toMatchObject({
    status: 400,
    body: { error: { code: "InvalidParameter" } },
  });
  const readOnly = { timeCreated: "2020-01-01T00:00:00Z", provisioningState: "Failed" };
  expect(await put({ properties: readOnly })).toMatchObject({ status: 201 });
});

test("each condition fails a restore point with Azure's sentence, until it is cleared", async () => {
  await makeVm("windows", { os: "Windows" });
  await makeVm("linux");
  for (const name of conditionNames) {
    const { code, message: sentence, os = "Linux", scope } = conditions[name];
    const vm = os.toLowerCase();
    await lab.azure.control.setGuest({ vm, conditions: [name] });
    const failed = await message(lab.takePoint(`${vm}/p-${name}`));
    const crashed = await message(lab.takePoint(`${vm}/q-${name}`, crash));
    expect([name, failed, crashed === "no failure" ? "guest" : "platform"]).toEqual([
      name,
      expect.stringContaining(`${code}. ${sentence}`),
      scope,
    ]);
    await lab.azure.control.setGuest({ vm, conditions: [] });
  }
  expect(await message(lab.takePoint("linux/p-no-network"))).toBe("no failure");
});

test("a VM whose disks change during the creation fails it", async () => {
  await makeVm("web", { disks: [noFill, noFill] });
  await lab.azure.control.settings({ operationMs: 20_000 });
  const point = lab.arm.restorePoints.create(GROUP, "web-rpc", "p", crash);
  await point.submitted();
  await lab.azure.control.settings({ operationMs: 0 });
  await lab.arm.virtualMachines.attachDetachDataDisks(GROUP, "web", {
    dataDisksToDetach: [{ diskId: `${compute}/disks/web-data0` }],
  });
  await lab.azure.control.advanceClock(20_000);
  expect(await message(point)).toContain(`OperationNotAllowed. ${conditions["vm-changes"].message}`);
});

test("a disk whose encryption set or key is missing fails the restore point", async () => {
  const diskEncryptionSetId = `${compute}/diskEncryptionSets/keys`;
  const encryption = { type: "EncryptionAtRestWithCustomerKey" as const, diskEncryptionSetId };
  await makeVm("web", { disks: [{ ...noFill, facts: { encryption } }] });
  expect(await message(lab.takePoint("web/p", crash))).toContain(conditions["key-vault-missing"].message);
  await makeSet();
  const match = { operation: "keyVault.access" };
  await lab.azure.control.addFault({ match, effect: { type: "fail" }, times: 1 });
  expect(await message(lab.takePoint("web/p", crash))).toContain(conditions["key-denied"].message);
  expect(await message(lab.takePoint("web/p", crash))).toBe("no failure");
});

test("the support matrix is enforced, unless the disk is excluded", async () => {
  const clientError = { code: "VMRestorePointClientError", status: 409 };
  const data = (change: object): NewVm["disks"] => [noFill, { ...noFill, ...change }];
  const vm = await makeVm("shared", { disks: data({ facts: { maxShares: 2 } }) });
  expect(await failureOf(lab.takePoint("shared/p"))).toEqual(clientError);
  expect(await message(lab.takePoint("shared/p", crash))).toBe(
    "Creation of Restore Point of a Virtual Machine with Shared disks is not supported. You may exclude this disk from the restore point via excludeDisks property.",
  );
  const excludeDisks = [{ id: vm.replace("virtualMachines/shared", "disks/shared-data0") }];
  expect((await lab.takePoint("shared/p", { excludeDisks })).disks).toHaveLength(1);
  await makeVm("ultra", { disks: data({ sku: "UltraSSD_LRS" }) });
  expect(await failureOf(lab.takePoint("ultra/p", crash))).toEqual(clientError);
  await makeVm("small", { size: "Standard_D2_v5" });
  expect(await failureOf(lab.takePoint("small/p", crash))).toEqual(clientError);
  expect((await lab.takePoint("small/p")).consistency).toBe("FileSystemConsistent");
  await makeVm("secret", { facts: { securityProfile: { securityType: "ConfidentialVM" } } });
  expect(await failureOf(lab.takePoint("secret/p"))).toEqual(clientError);
  await lab.azure.control.settings({ restorePointsPerVm: 1 });
  expect(await message(lab.takePoint("small/q"))).toContain("maximum allowed snapshot limit");
});

test("Premium SSD v2 is copied in the background; instant access allows restores, not reads", async () => {
  await makeVm("fast", { disks: [noFill, { ...noFill, sku: "PremiumV2_LRS" }] });
  await lab.azure.control.settings({ backgroundCopyBytesPerSecond: MIB });
  const { disks } = await lab.takePoint("fast/p");
  const name = disks[1] ?? "";
  const read = () => lab.arm.diskRestorePoint.get(GROUP, "fast-rpc", "p", name);
  expect((await read()).snapshotAccessState).toBe("Pending");
  expect(await failureOf(lab.readPoint("fast", { point: "p", disk: name }))).toEqual({
    code: "OperationNotAllowed",
    status: 409,
  });
  await lab.azure.control.advanceClock(4000);
  const half = (await read()).completionPercent ?? 0;
  expect(half >= 50 && half < 100).toBe(true);
  await lab.azure.control.advanceClock(8000);
  expect(await read()).toMatchObject({ completionPercent: 100, snapshotAccessState: "Available" });
  expect(await lab.readPoint("fast", { point: "p", disk: name })).toContain("/md-");
  await lab.arm.restorePointCollections.update(GROUP, "fast-rpc", { instantAccess: true });
  const instant = await lab.takePoint("fast/q", { instantAccessDurationMinutes: 60 });
  const state = await lab.arm.diskRestorePoint.get(GROUP, "fast-rpc", "q", instant.disks[1] ?? "");
  expect(state.snapshotAccessState).toBe("InstantAccess");
  const restore = (disk: string | undefined, point: string) =>
    lab.arm.disks.createOrUpdate(GROUP, `${point}-restored`, {
      location: "westeurope",
      sku: { name: "PremiumV2_LRS" },
      zones: ["1"],
      creationData: { createOption: "Restore", ...(disk === undefined ? {} : { sourceResourceId: disk }) },
    });
  expect(await message(restore(state.id, "q"))).toBe("no failure");
});

test("a disk restore point under DenyAll cannot be read", async () => {
  await makeVm("closed", { disks: [{ ...noFill, facts: { networkAccessPolicy: "DenyAll" } }] });
  const { disks } = await lab.takePoint("closed/p");
  expect(await failureOf(lab.readPoint("closed", { point: "p", disk: disks[0] ?? "" }))).toEqual({
    code: "OperationNotAllowed",
    status: 409,
  });
});

test("a collection is for one VM of its subscription and region", async () => {
  const vm = await makeVm("web");
  const collections = lab.arm.restorePointCollections;
  const put = (change: object) =>
    collections.createOrUpdate(GROUP, "new", { location: "westeurope", source: { id: vm }, ...change });
  expect(await failureOf(put({ location: "northeurope" }))).toEqual({
    code: "InvalidParameter",
    status: 400,
  });
  const other = "00000000-0000-4000-8000-000000000000";
  await lab.azure.fabric.ensureSubscription({ id: other, name: "Other" });
  const scope = `/subscriptions/${other}`;
  await lab.azure.fabric.addRoleAssignment({ principalId: PRINCIPAL, scope, role: "Reader" });
  const foreign = { source: { id: vm.replace(SUBSCRIPTION, other) } };
  expect(await message(put(foreign))).toContain("must match the subscription");
  expect((await failureOf(put({ source: { id: `${vm}x` } }))).status).toBe(404);
  expect((await failureOf(put({ source: { id: vm.replace("virtualMachines", "disks") } }))).code).toBe(
    "InvalidParameter",
  );
  const made = await put({ tags: { a: "b" }, instantAccess: false });
  expect(made).toMatchObject({
    instantAccess: false,
    source: { id: vm, location: "westeurope" },
    tags: { a: "b" },
  });
  expect(made.restorePointCollectionId).toMatch(/^[\da-f-]{36}$/);
  const patched = await collections.update(GROUP, "new", { tags: { c: "d" } });
  expect(patched.tags).toEqual({ c: "d" });
  expect(await failureOf(collections.update(GROUP, "new", { source: { id: `${vm}x` } }))).toEqual({
    code: "PropertyChangeNotAllowed",
    status: 409,
  });
  const all: (string | undefined)[] = [];
  for await (const { name } of collections.listAll()) all.push(name);
  expect(all).toEqual(["new", "web-rpc"]);
  await lab.takePoint("web/p");
  await collections.delete(GROUP, "web-rpc");
  expect((await lab.azure.control.snapshots()).restorePoints).toEqual([]);
});

test("restore points are copied to another region, in the background", async () => {
  await makeVm("web", { disks: [noFill, noFill] });
  await lab.takePoint("web/p");
  const collections = lab.arm.restorePointCollections;
  const source = { id: `${compute}/restorePointCollections/web-rpc` };
  const collection = (name: string, location: string) =>
    collections.createOrUpdate(GROUP, name, { location, source });
  expect((await failureOf(collection("near", "westeurope"))).code).toBe("InvalidParameter");
  expect((await collection("far", "northeurope")).source).toEqual({ ...source, location: "westeurope" });
  await lab.azure.control.settings({ backgroundCopyBytesPerSecond: MIB });
  const create = (body: RestorePoint) => lab.arm.restorePoints.create(GROUP, "far", "p", body);
  const sourceRestorePoint = { id: `${source.id}/restorePoints/p` };
  expect((await failureOf(create({}))).code).toBe("InvalidParameter");
  expect(
    (await failureOf(create({ sourceRestorePoint: { id: `${source.id}/restorePoints/x` } }))).status,
  ).toBe(404);
  expect((await failureOf(lab.takePoint("web/q", { sourceRestorePoint }))).code).toBe("InvalidParameter");
  await create({ sourceRestorePoint, excludeDisks: [{ id: `${compute}/disks/web-data0` }] });
  const copy = await lab.arm.restorePoints.get(GROUP, "far", "p", { expand: "instanceView" });
  expect(copy.sourceRestorePoint).toEqual(sourceRestorePoint);
  expect(copy.consistencyMode).toBe("FileSystemConsistent");
  const [status, ...others] = copy.instanceView?.diskRestorePoints ?? [];
  expect(others).toEqual([]);
  expect(status?.replicationStatus?.status?.code).toBe("ReplicationState/replicating");
  const reference = copy.sourceMetadata?.storageProfile?.osDisk?.diskRestorePoint;
  expect(reference?.id).toBe(status?.id);
  expect(reference?.sourceDiskRestorePoint?.id).toContain(
    "/web-rpc/restorePoints/p/diskRestorePoints/web-os_",
  );
  const name = status?.id?.split("/").at(-1) ?? "";
  const access = { access: "Read", durationInSeconds: 60 };
  const read = () => lab.arm.diskRestorePoint.grantAccess(GROUP, "far", "p", name, access);
  expect((await failureOf(read())).code).toBe("OperationNotAllowed");
  await lab.azure.control.advanceClock(60_000);
  expect((await read()).accessSAS).toContain("/md-");
  const disk = await lab.arm.diskRestorePoint.get(GROUP, "far", "p", name);
  expect(disk).toMatchObject({ replicationState: "Succeeded", sourceResourceLocation: "westeurope" });
  await lab.arm.restorePoints.delete(GROUP, "web-rpc", "p");
  expect((await lab.arm.restorePoints.get(GROUP, "far", "p")).provisioningState).toBe("Succeeded");
});
