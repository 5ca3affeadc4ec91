/** Disk encryption sets and disk accesses, and the disks that use them. */
import type { Disk, DiskEncryptionSet } from "@azure/arm-compute";
import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { client, failureOf, GROUP, refusalOf, SUBSCRIPTION, TOKEN, useSharedLab } from "./lab.ts";
import { containing } from "./matchers.ts";

const lab = useSharedLab();

const compute = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const keyUrl = "https://kluis.vault.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
const whole: DiskEncryptionSet = {
  location: "westeurope",
  identity: { type: "SystemAssigned" },
  encryptionType: "EncryptionAtRestWithCustomerKey",
  activeKey: { keyUrl, sourceVault: { id: "/v" } },
};
const set = (name: string, body: Partial<DiskEncryptionSet> = {}) =>
  lab.arm.diskEncryptionSets.createOrUpdate(GROUP, name, { ...whole, ...body });
const idOf = (name: string) => `${compute}/diskEncryptionSets/${name}`;
const create = (name: string, body: Partial<Disk> = {}) =>
  lab.arm.disks.createOrUpdate(GROUP, name, {
    location: "westeurope",
    diskSizeGB: 1,
    creationData: { createOption: "Empty" },
    ...body,
  });
const customer = (name: string): Partial<Disk> => ({
  encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: idOf(name) },
});

test("an encryption set has an identity and a key that can rotate", async () => {
  const made = await set("keys", { tags: { a: "b" }, rotationToLatestKeyVersionEnabled: true });
  expect(made).toMatchObject({ ...whole, provisioningState: "Succeeded" });
  expect(made.identity).toEqual({
    type: "SystemAssigned",
    principalId: containing("-"),
    tenantId: CONTOSO_TENANT_ID,
  });
  const next = `${keyUrl.slice(0, -1)}0`;
  const patched = await lab.arm.diskEncryptionSets.update(GROUP, "keys", { activeKey: { keyUrl: next } });
  expect([patched.activeKey?.keyUrl, patched.lastKeyRotationTimestamp]).toEqual([next, expect.any(Date)]);
  expect(patched.identity?.principalId).toBe(made.identity?.principalId);
  const listed = await Array.fromAsync(lab.arm.diskEncryptionSets.listByResourceGroup(GROUP));
  expect(listed.map(({ name }) => name)).toContain("keys");
});

test.each<[string, Partial<DiskEncryptionSet>, { status: number; code: string; key: string }]>([
  [
    "a key without a version",
    { activeKey: { keyUrl: "https://kluis.vault.azure.net/keys/disks" } },
    { status: 400, code: "InvalidParameter", key: "diskEncryptionSet.activeKey.keyUrl" },
  ],
  [
    "an unknown type",
    { encryptionType: "None" },
    { status: 400, code: "InvalidParameter", key: "diskEncryptionSet.encryptionType" },
  ],
  [
    "an unknown identity",
    { identity: { type: "Some" } },
    { status: 400, code: "InvalidParameter", key: "diskEncryptionSet.identity.type" },
  ],
])("an encryption set with %s is refused", async (_, body, { status, code, key }) => {
  expect(await refusalOf(set("wrong", body))).toEqual({ status, code, message: containing(key) });
});

test("disks and snapshots keep their encryption set; one that is in use cannot be deleted", async () => {
  await set("used");
  await create("secret", customer("used"));
  const disk = await lab.arm.disks.get(GROUP, "secret");
  expect(disk.encryption).toEqual({
    type: "EncryptionAtRestWithCustomerKey",
    diskEncryptionSetId: idOf("used"),
  });
  await lab.arm.snapshots.createOrUpdate(GROUP, "secret-snap", {
    location: "westeurope",
    incremental: true,
    creationData: { createOption: "Copy", sourceResourceId: disk.id ?? "" },
  });
  expect((await lab.arm.snapshots.get(GROUP, "secret-snap")).encryption).toEqual(disk.encryption);
  const users = await Array.fromAsync(lab.arm.diskEncryptionSets.listAssociatedResources(GROUP, "used"));
  expect(users).toEqual([disk.id, `${compute}/snapshots/secret-snap`]);
  expect(await refusalOf(lab.arm.diskEncryptionSets.delete(GROUP, "used"))).toEqual({
    status: 409,
    code: "OperationNotAllowed",
    message: containing(`'${disk.id}'`),
  });
  await lab.arm.snapshots.delete(GROUP, "secret-snap");
  await lab.arm.disks.delete(GROUP, "secret");
  await lab.arm.diskEncryptionSets.delete(GROUP, "used");
  expect((await failureOf(lab.arm.diskEncryptionSets.get(GROUP, "used"))).status).toBe(404);
});

test("a set of another region, subscription or type cannot encrypt a disk", async () => {
  await set("north", { location: "northeurope" });
  expect(await refusalOf(create("x", customer("north")))).toEqual({
    status: 404,
    code: "NotFound",
    message: "Resource north is not found.",
  });
  await set("double", { encryptionType: "EncryptionAtRestWithPlatformAndCustomerKeys" });
  expect((await refusalOf(create("x", customer("double")))).message).toContain(
    "does not match the encryption type",
  );
  const other = "11111111-2222-4333-8444-555555555556";
  const { fabric } = lab.azure;
  await fabric.ensureSubscription({ id: other, name: "Other" });
  await fabric.ensureResourceGroup({ subscriptionId: other, name: "other", location: "westeurope" });
  const principalId = TOKEN.split("/")[1] ?? "";
  await fabric.addRoleAssignment({ principalId, scope: `/subscriptions/${other}`, role: "Contributor" });
  const elsewhere = client(lab.azure.url, TOKEN, other);
  const { id = "" } = await elsewhere.diskEncryptionSets.createOrUpdate("other", "far", whole);
  const far = create("x", { encryption: { diskEncryptionSetId: id } });
  expect(await refusalOf(far)).toMatchObject({ status: 400, code: "BadRequest" });
});

test("encryption changes to a customer key, not back, and not while a VM runs", async () => {
  await set("late");
  await create("late-disk");
  await lab.arm.disks.update(GROUP, "late-disk", { ...customer("late") });
  expect((await lab.arm.disks.get(GROUP, "late-disk")).encryption?.type).toBe(
    "EncryptionAtRestWithCustomerKey",
  );
  const back = lab.arm.disks.update(GROUP, "late-disk", {
    encryption: { type: "EncryptionAtRestWithPlatformKey" },
  });
  expect(await refusalOf(back)).toMatchObject({ status: 400, code: "BadRequest" });
  await lab.importVm("held");
  expect((await refusalOf(lab.arm.disks.update(GROUP, "held-os", customer("late")))).message).toContain(
    "Cannot change Encryption Setting of disk held-os while it is attached to running VM",
  );
});

test("a key that cannot be used fails the operation of a disk", async () => {
  await set("denied");
  const fault = await lab.azure.control.addFault({
    match: { operation: "keyVault.access" },
    effect: { type: "fail", status: 403, code: "Forbidden" },
  });
  expect(await refusalOf(create("locked", customer("denied")))).toEqual({
    status: undefined,
    code: "KeyVaultAccessForbidden",
    message: containing(
      `Unable to access key vault resource '${keyUrl}' to enable encryption at rest. Please grant get, wrap and unwrap key permissions to disk encryption set 'denied'.`,
    ),
  });
  expect((await lab.arm.disks.get(GROUP, "locked")).provisioningState).toBe("Failed");
  await lab.azure.control.clearFaults(fault.id);
  await lab.arm.disks.update(GROUP, "locked", { tags: { again: "yes" } });
  expect((await lab.arm.disks.get(GROUP, "locked")).provisioningState).toBe("Succeeded");
});

test("a confidential disk with a customer key needs a set for confidential VMs", async () => {
  await set("usual");
  const confidential = (name: string) =>
    lab.arm.disks.createOrUpdate(GROUP, "cvm", {
      location: "westeurope",
      osType: "Linux",
      hyperVGeneration: "V2",
      creationData: { createOption: "Upload", uploadSizeBytes: 33_554_944 },
      securityProfile: {
        securityType: "ConfidentialVM_DiskEncryptedWithCustomerKey",
        secureVMDiskEncryptionSetId: idOf(name),
      },
    });
  expect((await refusalOf(confidential("usual"))).message).toContain(
    "ConfidentialVmEncryptedWithCustomerKey",
  );
  await set("cvm-keys", { encryptionType: "ConfidentialVmEncryptedWithCustomerKey" });
  await confidential("cvm-keys");
  expect((await lab.arm.disks.get(GROUP, "cvm")).securityProfile).toEqual({
    securityType: "ConfidentialVM_DiskEncryptedWithCustomerKey",
    secureVMDiskEncryptionSetId: idOf("cvm-keys"),
  });
  expect((await failureOf(lab.arm.diskEncryptionSets.delete(GROUP, "cvm-keys"))).code).toBe(
    "OperationNotAllowed",
  );
});

test("a disk access lists its connections, and is kept while a disk uses it", async () => {
  const made = await lab.arm.diskAccesses.createOrUpdate(GROUP, "access", {
    location: "westeurope",
    tags: { a: "b" },
  });
  expect([made.provisioningState, made.timeCreated, made.tags]).toEqual([
    "Succeeded",
    expect.any(Date),
    { a: "b" },
  ]);
  const connections = await Array.fromAsync(
    lab.arm.diskAccesses.listPrivateEndpointConnections(GROUP, "access"),
  );
  expect(connections).toEqual([]);
  const { value = [] } = await lab.arm.diskAccesses.getPrivateLinkResources(GROUP, "access");
  expect(value.map(({ groupId }) => groupId)).toEqual(["disks"]);
  const diskAccessId = `${compute}/diskAccesses/access`;
  await create("linked", { networkAccessPolicy: "AllowPrivate", diskAccessId });
  expect(await refusalOf(lab.arm.diskAccesses.delete(GROUP, "access"))).toMatchObject({
    status: 409,
    code: "OperationNotAllowed",
  });
  const north = create("far-link", {
    location: "northeurope",
    networkAccessPolicy: "AllowPrivate",
    diskAccessId,
  });
  expect(await refusalOf(north)).toMatchObject({ status: 404, code: "NotFound" });
  await lab.arm.disks.delete(GROUP, "linked");
  await lab.arm.diskAccesses.delete(GROUP, "access");
});
