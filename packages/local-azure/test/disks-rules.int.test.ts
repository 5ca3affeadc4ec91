/** Every property of a disk is kept or refused, with Azure's status, code and sentence. */
import type { Disk, DiskUpdate } from "@azure/arm-compute";
import { expect, test } from "vitest";
import { GROUP, MIB, refusalOf, SUBSCRIPTION, TOKEN, useSharedLab } from "./lab.ts";
import { containing } from "./matchers.ts";
import { rawRequest } from "./raw.ts";

const lab = useSharedLab();

const compute = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const empty: Disk = { location: "westeurope", diskSizeGB: 8, creationData: { createOption: "Empty" } };
const create = (name: string, body: Partial<Disk> = {}) =>
  lab.arm.disks.createOrUpdate(GROUP, name, { ...empty, ...body });
const patch = (name: string, body: DiskUpdate) => lab.arm.disks.update(GROUP, name, body);
const raw = (path: string, method: string, body: unknown) =>
  rawRequest(lab.azure.url, `${compute}/${path}?api-version=2026-03-02`, { method, token: TOKEN, body });

let made = 0;
const fresh = () => `rule-${made++}`;

test.each<[string, Partial<Disk>, { status: number; code: string; key: string }]>([
  [
    "an unknown SKU",
    { sku: { name: "Nonsense_LRS" } },
    { status: 400, code: "InvalidParameter", key: "SKU Nonsense_LRS is not available." },
  ],
  [
    "two zones",
    { zones: ["1", "2"] },
    { status: 400, code: "ResourceTypeNotSupportMultiZones", key: "The provided zones are '1,2'" },
  ],
  [
    "a zone that does not exist",
    { zones: ["7"] },
    { status: 400, code: "InvalidAvailabilityZone", key: "are '1,2,3'" },
  ],
  [
    "a zone in a region without zones",
    { location: "westus", zones: ["1"] },
    { status: 400, code: "LocationNotSupportAvailabilityZones", key: "at location 'westus'" },
  ],
  [
    "a zone-redundant disk in a region without zones",
    { location: "westus", sku: { name: "Premium_ZRS" } },
    {
      status: 400,
      code: "InvalidParameter",
      key: "SKU Premium_ZRS is not supported for resource type Disk in this region.",
    },
  ],
  [
    "a zone-redundant disk with a zone",
    { sku: { name: "Premium_ZRS" }, zones: ["1"] },
    { status: 400, code: "BadRequest", key: "zones cannot be specified" },
  ],
  [
    "Premium SSD v2 without a zone",
    { sku: { name: "PremiumV2_LRS" } },
    { status: 400, code: "BadRequest", key: "must specify an availability zone" },
  ],
  [
    "a size of 0",
    { diskSizeGB: 0 },
    { status: 400, code: "InvalidParameter", key: "must be between '1' and '32767'" },
  ],
  [
    "an Ultra disk of 3 GiB",
    { sku: { name: "UltraSSD_LRS" }, zones: ["1"], diskSizeGB: 3 },
    { status: 400, code: "InvalidParameter", key: "must be between '4' and '65536'" },
  ],
  [
    "diskAccessId without AllowPrivate",
    { diskAccessId: `${compute}/diskAccesses/x` },
    {
      status: 409,
      code: "ConflictingUserInput",
      key: "Disk Access is only supported for disks with NetworkAccessPolicy AllowPrivate",
    },
  ],
  [
    "AllowPrivate without diskAccessId",
    { networkAccessPolicy: "AllowPrivate" },
    {
      status: 409,
      code: "ConflictingUserInput",
      key: "AllowPrivate NetworkAccessPolicy can only supported with Disk Access.",
    },
  ],
  [
    "a disk access that does not exist",
    { networkAccessPolicy: "AllowPrivate", diskAccessId: `${compute}/diskAccesses/none` },
    { status: 404, code: "NotFound", key: "Resource none is not found." },
  ],
  [
    "an unknown policy",
    { networkAccessPolicy: "AllowSome" },
    { status: 400, code: "InvalidParameter", key: "'AllowSome' of parameter 'disk.networkAccessPolicy'" },
  ],
  [
    "an unknown public access",
    { publicNetworkAccess: "Maybe" },
    { status: 400, code: "InvalidParameter", key: "disk.publicNetworkAccess" },
  ],
  [
    "an encryption set that does not exist",
    {
      encryption: {
        type: "EncryptionAtRestWithCustomerKey",
        diskEncryptionSetId: `${compute}/diskEncryptionSets/none`,
      },
    },
    { status: 404, code: "NotFound", key: "Resource none is not found." },
  ],
  [
    "a customer key without an encryption set",
    { encryption: { type: "EncryptionAtRestWithCustomerKey" } },
    { status: 400, code: "InvalidParameter", key: "'disk.encryption.diskEncryptionSetId' is missing" },
  ],
  [
    "a security profile on an empty disk",
    { securityProfile: { securityType: "TrustedLaunch" }, osType: "Linux", hyperVGeneration: "V2" },
    {
      status: 400,
      code: "BadRequest",
      key: "Security Type 'TrustedLaunch' is not supported for CreateOption 'Empty'",
    },
  ],
  [
    "an unknown security type",
    { securityProfile: { securityType: "Some" } },
    { status: 400, code: "InvalidParameter", key: "disk.securityProfile.securityType" },
  ],
  [
    "sharing by too many VMs",
    { sku: { name: "Premium_LRS" }, diskSizeGB: 50, maxShares: 4 },
    { status: 400, code: "BadRequest", key: "MaxShares '4' for disk" },
  ],
  [
    "sharing a Standard HDD disk",
    { maxShares: 2 },
    { status: 400, code: "BadRequest", key: "MaxShares '2'" },
  ],
  [
    "a tier below the size's own",
    { sku: { name: "Premium_LRS" }, diskSizeGB: 200, tier: "P10" },
    { status: 400, code: "InvalidParameter", key: "'P10' of parameter 'disk.tier'" },
  ],
  [
    "a tier of a larger class",
    { sku: { name: "Premium_LRS" }, diskSizeGB: 200, tier: "P60" },
    { status: 400, code: "InvalidParameter", key: "disk.tier" },
  ],
  [
    "a tier on Standard SSD",
    { sku: { name: "StandardSSD_LRS" }, tier: "E10" },
    { status: 400, code: "InvalidParameter", key: "disk.tier" },
  ],
  [
    "bursting on a small disk",
    { sku: { name: "Premium_LRS" }, burstingEnabled: true },
    { status: 400, code: "BadRequest", key: "larger than 512 GB" },
  ],
  [
    "IOPS on Premium SSD",
    { sku: { name: "Premium_LRS" }, diskIopsReadWrite: 9000 },
    { status: 400, code: "InvalidParameter", key: "Parameter 'disk.diskIOPSReadWrite' is not allowed." },
  ],
  [
    "too few IOPS on Ultra",
    { sku: { name: "UltraSSD_LRS" }, zones: ["1"], diskSizeGB: 512, diskIopsReadWrite: 500 },
    {
      status: 400,
      code: "BadRequest",
      key: "The value 500 of parameter disk.diskIOPSReadWrite is not valid. The supported range for a UltraSSD_LRS disk of size 512 GB is between 512 and 153600.",
    },
  ],
  [
    "too much throughput on Premium SSD v2",
    { sku: { name: "PremiumV2_LRS" }, zones: ["1"], diskMBpsReadWrite: 2000 },
    { status: 400, code: "BadRequest", key: "between 125 and 750" },
  ],
  [
    "4,096-byte sectors on Premium SSD",
    { sku: { name: "Premium_LRS" }, creationData: { createOption: "Empty", logicalSectorSize: 4096 } },
    { status: 400, code: "InvalidParameter", key: "disk.creationData.logicalSectorSize" },
  ],
  [
    "a sector size of 1,024",
    { creationData: { createOption: "Empty", logicalSectorSize: 1024 } },
    { status: 400, code: "InvalidParameter", key: "logicalSectorSize" },
  ],
  [
    "an unknown createOption",
    { creationData: { createOption: "Clone" } },
    { status: 400, code: "InvalidParameter", key: "'Clone' of parameter 'disk.creationData.createOption'" },
  ],
  [
    "Attach",
    { creationData: { createOption: "Attach" } },
    { status: 400, code: "InvalidParameter", key: "'Attach'" },
  ],
  [
    "a source on an empty disk",
    { creationData: { createOption: "Empty", sourceResourceId: `${compute}/disks/x` } },
    {
      status: 400,
      code: "InvalidParameter",
      key: "Parameter 'disk.creationData.sourceResourceId' is not allowed.",
    },
  ],
  [
    "a copy without a source",
    { creationData: { createOption: "Copy" } },
    {
      status: 400,
      code: "InvalidParameter",
      key: "Required parameter 'disk.creationData.sourceResourceId' is missing (null).",
    },
  ],
  [
    "a copy of what does not exist",
    { creationData: { createOption: "Copy", sourceResourceId: `${compute}/disks/gone` } },
    { status: 404, code: "NotFound", key: "Resource gone is not found." },
  ],
  [
    "an import of an unknown blob",
    {
      creationData: {
        createOption: "Import",
        sourceUri: "https://x.blob.core.windows.net/vhds/a.vhd",
        storageAccountId: "x",
      },
    },
    { status: 404, code: "NotFound", key: "a.vhd" },
  ],
  [
    "an image",
    { creationData: { createOption: "FromImage", imageReference: { id: "/x/Versions/1" } } },
    { status: 404, code: "PlatformImageNotFound", key: "/x/Versions/1" },
  ],
  [
    "a snapshot's setting",
    { creationData: { createOption: "Empty", instantAccessDurationMinutes: 60 } },
    { status: 400, code: "InvalidParameter", key: "instantAccessDurationMinutes" },
  ],
])("a disk with %s is refused", async (_, body, { status, code, key }) => {
  expect(await refusalOf(create(fresh(), body))).toEqual({ status, code, message: containing(key) });
});

test("unknown members are refused with their path", async () => {
  const outside = await raw("disks/x", "PUT", { location: "westeurope", accountType: "a", properties: {} });
  expect([outside.status, outside.code]).toEqual([400, "InvalidRequestContent"]);
  expect(outside.message).toContain(
    "Could not find member 'accountType' on object of type 'ResourceDefinition'",
  );
  const inside = await raw("disks/x", "PUT", {
    location: "westeurope",
    properties: { creationData: { createOption: "Empty" }, diskSizeInGB: 4 },
  });
  expect([inside.status, inside.code]).toEqual([400, "BadRequest"]);
  expect(inside.message).toContain("Path 'properties.diskSizeInGB', line 1, position");
});

test("every property that a body may set is kept and returned", async () => {
  const wanted: Partial<Disk> = {
    sku: { name: "Premium_LRS" },
    zones: ["2"],
    tags: { team: "a" },
    diskSizeGB: 1024,
    osType: "Linux",
    hyperVGeneration: "V2",
    supportedCapabilities: {
      architecture: "Arm64",
      diskControllerTypes: "SCSI, NVME",
      acceleratedNetwork: true,
    },
    purchasePlan: { name: "plan", publisher: "pub", product: "prod" },
    networkAccessPolicy: "DenyAll",
    publicNetworkAccess: "Disabled",
    dataAccessAuthMode: "AzureActiveDirectory",
    maxShares: 3,
    tier: "P40",
    burstingEnabled: true,
    optimizedForFrequentAttach: true,
    supportsHibernation: true,
    availabilityPolicy: { actionOnDiskDelay: "AutomaticReattach" },
    encryptionSettingsCollection: {
      enabled: true,
      encryptionSettingsVersion: "1.1",
      encryptionSettings: [
        {
          diskEncryptionKey: {
            secretUrl: "https://v.vault.azure.net/secrets/a/1",
            sourceVault: { id: "/v" },
          },
        },
      ],
    },
    creationData: { createOption: "Empty", performancePlus: true },
  };
  await create("whole", wanted);
  expect(await lab.arm.disks.get(GROUP, "whole")).toMatchObject({
    ...wanted,
    sku: { name: "Premium_LRS", tier: "Premium" },
    diskIopsReadWrite: 16_000,
    diskMBpsReadWrite: 550,
    diskState: "Unattached",
    encryption: { type: "EncryptionAtRestWithPlatformKey" },
  });
});

test.each<[string, number, object]>([
  ["Premium_LRS", 10, { tier: "P3", diskIopsReadWrite: 120, diskMBpsReadWrite: 25 }],
  ["Premium_LRS", 200, { tier: "P15", diskIopsReadWrite: 1100, diskMBpsReadWrite: 125 }],
  ["StandardSSD_LRS", 513, { diskIopsReadWrite: 500, diskMBpsReadWrite: 60 }],
  [
    "PremiumV2_LRS",
    100,
    {
      diskIopsReadWrite: 3000,
      diskMBpsReadWrite: 125,
      creationData: { createOption: "Empty", logicalSectorSize: 4096 },
    },
  ],
])("a %s disk of %i GiB has the performance of its size", async (sku, diskSizeGB, facts) => {
  const zones = sku === "PremiumV2_LRS" ? { zones: ["1"] } : {};
  expect(await create(fresh(), { sku: { name: sku }, diskSizeGB, ...zones })).toMatchObject(facts);
});

test("the 202 of a PUT has what the body said; the operation's output and GET have the rest", async () => {
  await lab.azure.control.settings({ operationMs: 60_000 });
  const answer = await raw("disks/early", "PUT", {
    location: "westeurope",
    sku: { name: "Premium_LRS" },
    properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4 },
  });
  expect([answer.status, answer.body]).toEqual([
    202,
    {
      id: `${compute}/disks/early`,
      name: "early",
      type: "Microsoft.Compute/disks",
      location: "westeurope",
      sku: { name: "Premium_LRS" },
      properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4, provisioningState: "Updating" },
    },
  ]);
  await lab.azure.control.advanceClock(60_000);
  await lab.azure.control.settings({ operationMs: 0 });
  const link = new URL(answer.headers.get("azure-asyncoperation") ?? "");
  const operation = await rawRequest(lab.azure.url, `${link.pathname}${link.search}`, { token: TOKEN });
  expect(operation.body).toMatchObject({
    status: "Succeeded",
    properties: { output: { name: "early", properties: { diskState: "Unattached", tier: "P1" } } },
  });
});

test("a PUT on an existing disk is an update with an operation", async () => {
  await create("again");
  const { uniqueId } = await lab.arm.disks.get(GROUP, "again");
  const answer = await raw("disks/again", "PUT", {
    location: "westeurope",
    tags: { a: "b" },
    properties: { creationData: { createOption: "Empty" }, diskSizeGB: 16, networkAccessPolicy: "DenyAll" },
  });
  expect([answer.status, answer.headers.get("azure-asyncoperation")]).toEqual([
    202,
    containing("DiskOperations"),
  ]);
  expect(await lab.arm.disks.get(GROUP, "again")).toMatchObject({
    uniqueId,
    tags: { a: "b" },
    diskSizeGB: 16,
    networkAccessPolicy: "DenyAll",
  });
});

test.each<[string, Partial<Disk>, { status: number; code: string; key: string }]>([
  [
    "createOption",
    { creationData: { createOption: "Copy", sourceResourceId: "/x" } },
    {
      status: 409,
      code: "PropertyChangeNotAllowed",
      key: "Changing property 'creationData' is not allowed.",
    },
  ],
  ["zones", { zones: ["3"] }, { status: 409, code: "PropertyChangeNotAllowed", key: "'zones'" }],
  [
    "hyperVGeneration",
    { hyperVGeneration: "V1" },
    { status: 409, code: "PropertyChangeNotAllowed", key: "'hyperVGeneration'" },
  ],
  [
    "securityType",
    { securityProfile: { securityType: "TrustedLaunch" } },
    { status: 409, code: "PropertyChangeNotAllowed", key: "securityProfile.securityType" },
  ],
  ["size, smaller", { diskSizeGB: 1 }, { status: 400, code: "BadRequest", key: "cannot be resized down" }],
  [
    "SKU to Ultra",
    { sku: { name: "UltraSSD_LRS" } },
    { status: 400, code: "BadRequest", key: "from Standard_LRS to UltraSSD_LRS" },
  ],
  [
    "SKU to zone-redundant",
    { sku: { name: "StandardSSD_ZRS" } },
    { status: 400, code: "BadRequest", key: "is not supported" },
  ],
])("a PUT cannot change %s", async (_, body, { status, code, key }) => {
  await create("fixed");
  expect(await refusalOf(create("fixed", body))).toEqual({ status, code, message: containing(key) });
});

test("a copy's source cannot change", async () => {
  await create("source-a");
  const { id = "" } = await lab.arm.disks.get(GROUP, "source-a");
  const creationData = { createOption: "Copy", sourceResourceId: id };
  await create("copied", { creationData });
  const other = create("copied", { creationData: { ...creationData, sourceResourceId: `${id}b` } });
  expect(await refusalOf(other)).toEqual({
    status: 400,
    code: "BadRequest",
    message: "Changing property 'sourceResourceId' is not allowed for existing disk 'copied'.",
  });
});

test("PATCH changes SKU, size, tier, network and encryption settings of an unattached disk", async () => {
  await create("patched", { diskSizeGB: 100 });
  await patch("patched", { sku: { name: "Premium_LRS" } });
  await patch("patched", {
    tier: "P20",
    diskSizeGB: 120,
    networkAccessPolicy: "DenyAll",
    publicNetworkAccess: "Disabled",
  });
  expect(await lab.arm.disks.get(GROUP, "patched")).toMatchObject({
    sku: { name: "Premium_LRS" },
    tier: "P20",
    diskIopsReadWrite: 2300,
    diskSizeGB: 120,
    networkAccessPolicy: "DenyAll",
    publicNetworkAccess: "Disabled",
  });
  const wrong = await raw("disks/patched", "PATCH", { properties: { zones: ["1"] } });
  expect([wrong.status, wrong.code]).toEqual([400, "BadRequest"]);
});

test("what a running VM holds cannot change; a data disk grows online, the OS disk does not", async () => {
  await lab.importVm("busy", { disks: 2 });
  const vm = `${compute}/virtualMachines/busy`;
  const refused = async (name: string, body: DiskUpdate) => (await refusalOf(patch(name, body))).message;
  expect(await refusalOf(patch("busy-os", { diskSizeGB: 4 }))).toEqual({
    status: 409,
    code: "OperationNotAllowed",
    message: containing(`Cannot resize disk busy-os while it is attached to running VM ${vm}.`),
  });
  await patch("busy-data0", { diskSizeGB: 4 });
  expect(await refused("busy-data0", { sku: { name: "Standard_LRS" } })).toContain(
    "while it is attached to running VM",
  );
  expect(await refused("busy-data0", { maxShares: 2 })).toContain("Cannot change MaxShares");
  await lab.arm.virtualMachines.deallocate(GROUP, "busy");
  await patch("busy-os", { diskSizeGB: 4, sku: { name: "StandardSSD_LRS" } });
  const disk = await lab.arm.disks.get(GROUP, "busy-os");
  expect([disk.diskState, disk.diskSizeGB, disk.sku?.name]).toEqual(["Reserved", 4, "StandardSSD_LRS"]);
  expect(await refusalOf(lab.arm.disks.delete(GROUP, "busy-os"))).toEqual({
    status: 409,
    code: "OperationNotAllowed",
    message: `Disk busy-os is attached to VM ${vm}.`,
  });
});

test("a copy has the system, generation, plan, capabilities and encryption settings of its source", async () => {
  const facts: Partial<Disk> = {
    osType: "Windows",
    hyperVGeneration: "V1",
    purchasePlan: { name: "p", publisher: "q", product: "r" },
    supportedCapabilities: { architecture: "x64" },
  };
  await create("os-source", facts);
  const { id = "" } = await lab.arm.disks.get(GROUP, "os-source");
  await lab.arm.snapshots.createOrUpdate(GROUP, "os-snap", {
    location: "westeurope",
    incremental: true,
    creationData: { createOption: "Copy", sourceResourceId: id },
  });
  const snapshot = await lab.arm.snapshots.get(GROUP, "os-snap");
  expect(snapshot).toMatchObject(facts);
  await create("os-copy", {
    diskSizeGB: 8,
    zones: ["3"],
    creationData: { createOption: "Copy", sourceResourceId: snapshot.id ?? "" },
  });
  expect(await lab.arm.disks.get(GROUP, "os-copy")).toMatchObject({ ...facts, zones: ["3"] });
  const small = create(fresh(), {
    diskSizeGB: 4,
    creationData: { createOption: "Copy", sourceResourceId: snapshot.id ?? "" },
  });
  expect((await refusalOf(small)).message).toContain(
    "smaller than the size of the corresponding source: 8 GB",
  );
  const elsewhere = create(fresh(), {
    location: "northeurope",
    diskSizeGB: 8,
    creationData: { createOption: "Copy", sourceResourceId: snapshot.id ?? "" },
  });
  expect(await refusalOf(elsewhere)).toMatchObject({ status: 404, code: "NotFound" });
});

test("a disk in one zone is not copied to another; 4,096-byte sectors stay on provisioned SKUs", async () => {
  await create("zone-1", { zones: ["1"], sku: { name: "PremiumV2_LRS" } });
  const { id = "" } = await lab.arm.disks.get(GROUP, "zone-1");
  const creationData = { createOption: "Copy", sourceResourceId: id };
  const premium = { zones: ["1"], sku: { name: "Premium_LRS" }, creationData };
  expect((await refusalOf(create(fresh(), premium))).message).toContain("logical sector size of 4096 bytes");
  const zone2 = { zones: ["2"], sku: { name: "PremiumV2_LRS" }, creationData };
  expect((await refusalOf(create(fresh(), zone2))).message).toContain("in a different availability zone");
});

test("a disk that is being uploaded cannot grow or be copied", async () => {
  await lab.arm.disks.createOrUpdate(GROUP, "upload", {
    location: "westeurope",
    creationData: { createOption: "Upload", uploadSizeBytes: 32 * MIB + 512 },
  });
  const { id = "" } = await lab.arm.disks.get(GROUP, "upload");
  expect(await refusalOf(patch("upload", { diskSizeGB: 2 }))).toMatchObject({ code: "OperationNotAllowed" });
  const copy = create(fresh(), { creationData: { createOption: "Copy", sourceResourceId: id } });
  expect(await refusalOf(copy)).toMatchObject({ code: "OperationNotAllowed" });
});
