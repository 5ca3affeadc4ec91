/** Every property of a snapshot is kept or refused, with Azure's status, code and sentence. */
import type { Snapshot, SnapshotUpdate } from "@azure/arm-compute";
import { beforeAll, expect, test } from "vitest";
import { client, failureOf, GROUP, refusalOf, SUBSCRIPTION, TOKEN, useSharedLab } from "./lab.ts";
import { containing } from "./matchers.ts";
import { rawRequest } from "./raw.ts";

const lab = useSharedLab();

const compute = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const source = `${compute}/disks/source`;
const copy = { createOption: "Copy", sourceResourceId: source };
const snap = (name: string, body: Partial<Snapshot> = {}) =>
  lab.arm.snapshots.createOrUpdate(GROUP, name, { location: "westeurope", creationData: copy, ...body });
const patch = (name: string, body: SnapshotUpdate) => lab.arm.snapshots.update(GROUP, name, body);
const raw = (method: string, path: string, body: unknown) =>
  rawRequest(lab.azure.url, `${compute}/snapshots/${path}?api-version=2026-03-02`, {
    method,
    token: TOKEN,
    body,
  });

beforeAll(async () => {
  await lab.azure.control.settings({ snapshotsPerDiskPer5Minutes: 100 });
  await lab.arm.disks.createOrUpdate(GROUP, "source", {
    location: "westeurope",
    diskSizeGB: 4,
    osType: "Linux",
    hyperVGeneration: "V2",
    creationData: { createOption: "Empty" },
  });
});

test.each<[string, Partial<Snapshot>, { status: number; code: string; key: string }]>([
  [
    "a disk's SKU",
    { sku: { name: "UltraSSD_LRS" } },
    { status: 400, code: "InvalidParameter", key: "SKU UltraSSD_LRS is not available." },
  ],
  [
    "premium storage for an incremental one",
    { sku: { name: "Premium_LRS" }, incremental: true },
    { status: 400, code: "BadRequest", key: "incremental snapshots" },
  ],
  [
    "no source",
    { creationData: { createOption: "Copy" } },
    { status: 400, code: "InvalidParameter", key: "'snapshot.creationData.sourceResourceId' is missing" },
  ],
  [
    "a source that does not exist",
    { creationData: { ...copy, sourceResourceId: `${compute}/disks/gone` } },
    { status: 404, code: "NotFound", key: "Resource gone is not found." },
  ],
  [
    "a source in another region",
    { location: "northeurope" },
    { status: 404, code: "NotFound", key: "Resource source is not found." },
  ],
  [
    "Restore",
    { creationData: { createOption: "Restore", sourceResourceId: source } },
    { status: 400, code: "InvalidParameter", key: "'Restore'" },
  ],
  [
    "instant access of a Standard HDD disk",
    { incremental: true, creationData: { ...copy, instantAccessDurationMinutes: 60 } },
    { status: 400, code: "InvalidParameter", key: "instantAccessDurationMinutes" },
  ],
  [
    "a speed without CopyStart",
    { creationData: { ...copy, provisionedBandwidthCopySpeed: "Enhanced" } },
    { status: 400, code: "InvalidParameter", key: "provisionedBandwidthCopySpeed" },
  ],
  [
    "AllowPrivate alone",
    { networkAccessPolicy: "AllowPrivate" },
    { status: 409, code: "ConflictingUserInput", key: "Disk Access" },
  ],
  [
    "a customer key alone",
    { encryption: { type: "EncryptionAtRestWithCustomerKey" } },
    { status: 400, code: "InvalidParameter", key: "snapshot.encryption.diskEncryptionSetId" },
  ],
])("a snapshot with %s is refused", async (_, body, { status, code, key }) => {
  expect(await refusalOf(snap("wrong", body))).toEqual({ status, code, message: containing(key) });
});

test("a snapshot keeps what a body sets, and has the rest from its disk", async () => {
  const wanted: Partial<Snapshot> = {
    sku: { name: "Standard_ZRS" },
    tags: { a: "b" },
    incremental: true,
    networkAccessPolicy: "DenyAll",
    publicNetworkAccess: "Disabled",
    dataAccessAuthMode: "AzureActiveDirectory",
    supportedCapabilities: { architecture: "x64" },
  };
  await snap("kept", wanted);
  const kept = await lab.arm.snapshots.get(GROUP, "kept");
  expect(kept).toMatchObject({
    ...wanted,
    sku: { name: "Standard_ZRS", tier: "Standard" },
    osType: "Linux",
    hyperVGeneration: "V2",
    diskSizeGB: 4,
  });
  await snap("next", { incremental: true });
  const next = await lab.arm.snapshots.get(GROUP, "next");
  expect([next.sku?.name, next.incrementalSnapshotFamilyId]).toEqual([
    "Standard_ZRS",
    kept.incrementalSnapshotFamilyId,
  ]);
});

test("the 202 of a snapshot lacks what its operation decides", async () => {
  const { status, body } = await raw("PUT", "early", {
    location: "westeurope",
    sku: { name: "Standard_LRS" },
    properties: { creationData: copy, incremental: true },
  });
  expect(status).toBe(202);
  expect(body).toMatchObject({ properties: { provisioningState: "Updating", incremental: true } });
  for (const name of ["uniqueId", "diskState", "incrementalSnapshotFamilyId", "timeCreated"])
    expect(JSON.stringify(body)).not.toContain(name);
});

test("a PUT on an existing snapshot updates it; source, size and kind are fixed", async () => {
  await snap("twice", { incremental: true });
  await snap("twice", { incremental: true, tags: { x: "y" } });
  expect((await lab.arm.snapshots.get(GROUP, "twice")).tags).toEqual({ x: "y" });
  const other = snap("twice", {
    incremental: true,
    creationData: { ...copy, sourceResourceId: `${source}b` },
  });
  expect((await failureOf(other)).status).toBe(400);
  const full = snap("twice", { incremental: false });
  expect(await failureOf(full)).toEqual({ code: "PropertyChangeNotAllowed", status: 409 });
  expect(await failureOf(patch("twice", { diskSizeGB: 8 }))).toEqual({ code: "BadRequest", status: 400 });
});

test("PATCH changes tags, SKU, system type and network policy; unknown members are refused", async () => {
  await snap("patched");
  await patch("patched", {
    tags: { t: "1" },
    sku: { name: "Premium_LRS" },
    osType: "Windows",
    networkAccessPolicy: "DenyAll",
  });
  expect(await lab.arm.snapshots.get(GROUP, "patched")).toMatchObject({
    tags: { t: "1" },
    sku: { name: "Premium_LRS", tier: "Premium" },
    osType: "Windows",
    networkAccessPolicy: "DenyAll",
  });
  const wrong = await raw("PATCH", "patched", { properties: { incremental: true } });
  expect([wrong.status, wrong.code]).toEqual([400, "BadRequest"]);
  const zones = await raw("PUT", "patched", {
    location: "westeurope",
    zones: ["1"],
    properties: { creationData: copy },
  });
  expect([zones.status, zones.code]).toEqual([400, "InvalidRequestContent"]);
});

test("an empty snapshot, and a full copy of a snapshot", async () => {
  await snap("blank", { creationData: { createOption: "Empty" }, diskSizeGB: 2 });
  const blank = await lab.arm.snapshots.get(GROUP, "blank");
  expect([blank.diskSizeGB, blank.creationData?.sourceResourceId]).toEqual([2, undefined]);
  const again = { createOption: "Copy", sourceResourceId: blank.id ?? "" };
  await snap("blank-copy", { creationData: again });
  expect((await lab.arm.snapshots.get(GROUP, "blank-copy")).creationData).toMatchObject({
    ...again,
    sourceUniqueId: blank.uniqueId,
  });
  const incremental = snap("wrong", { creationData: again, incremental: true });
  expect((await refusalOf(incremental)).message).toBe("Entity not of expected type");
});

test("a snapshot of another subscription's disk needs a role there, and is refused", async () => {
  const other = "11111111-2222-4333-8444-555555555557";
  const { fabric } = lab.azure;
  await fabric.ensureSubscription({ id: other, name: "Other" });
  await fabric.ensureResourceGroup({ subscriptionId: other, name: "other", location: "westeurope" });
  await fabric.addRoleAssignment({
    principalId: "stranger",
    scope: `/subscriptions/${other}`,
    role: "Contributor",
  });
  const tenant = TOKEN.split("/")[0] ?? "";
  const body = { location: "westeurope", creationData: copy };
  const stranger = client(lab.azure.url, `${tenant}/stranger`, other);
  expect(await refusalOf(stranger.snapshots.createOrUpdate("other", "s", body))).toEqual({
    status: 403,
    code: "LinkedAuthorizationFailed",
    message: containing("Microsoft.Compute/disks/beginGetAccess/action"),
  });
  const principalId = TOKEN.split("/")[1] ?? "";
  await fabric.addRoleAssignment({ principalId, scope: `/subscriptions/${other}`, role: "Contributor" });
  const known = client(lab.azure.url, TOKEN, other);
  expect((await refusalOf(known.snapshots.createOrUpdate("other", "s", body))).message).toContain(
    "must be created in the subscription of the disk",
  );
});
