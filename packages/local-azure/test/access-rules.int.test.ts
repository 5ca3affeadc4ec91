/** When access to the bytes of disks, snapshots and restore points may begin, and who may read them. */
import type { Disk, GrantAccessData } from "@azure/arm-compute";
import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { blob, failureOf, GROUP, MIB, refusalOf, SUBSCRIPTION, sas, TOKEN, useSharedLab } from "./lab.ts";
import { containing } from "./matchers.ts";
import { rawRequest } from "./raw.ts";

const lab = useSharedLab();

const compute = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute`;
const DATA_OPERATOR = "959f8984-c045-4866-89c7-12bf9737be2e";
const empty: Disk = { location: "westeurope", diskSizeGB: 1, creationData: { createOption: "Empty" } };
const create = (name: string, body: Partial<Disk> = {}) =>
  lab.arm.disks.createOrUpdate(GROUP, name, { ...empty, ...body });
const begin = (name: string, body: Partial<GrantAccessData> = {}) =>
  lab.arm.disks.grantAccess(GROUP, name, { access: "Read", durationInSeconds: 600, ...body });

test.each<[string, Partial<GrantAccessData>, { status: number; code: string; key: string }]>([
  [
    "no access",
    { access: "None" },
    { status: 400, code: "InvalidParameter", key: "'None' of parameter 'grantAccessData.access'" },
  ],
  ["an unknown access", { access: "All" }, { status: 400, code: "InvalidParameter", key: "'All'" }],
  [
    "0 seconds",
    { durationInSeconds: 0 },
    { status: 400, code: "InvalidParameter", key: "must be between '1' and '5184000'" },
  ],
  [
    "more than 60 days",
    { durationInSeconds: 5_184_001 },
    { status: 400, code: "InvalidParameter", key: "'5184001'" },
  ],
  ["writing", { access: "Write" }, { status: 409, code: "OperationNotAllowed", key: "ReadyToUpload" }],
  [
    "the guest's state of a disk without security",
    { getSecureVMGuestStateSAS: true },
    {
      status: 400,
      code: "BadRequest",
      key: "getSecureVMGuestStateSAS can be set only for disk with SecurityProfile.",
    },
  ],
  [
    "VHDX of a disk with sectors of 512 bytes",
    { fileFormat: "VHDX" },
    { status: 400, code: "InvalidParameter", key: "grantAccessData.fileFormat" },
  ],
])("access is refused: %s", async (_, body, { status, code, key }) => {
  await create("plain");
  expect(await refusalOf(begin("plain", body))).toEqual({ status, code, message: containing(key) });
});

test("an unknown member of the request is refused", async () => {
  await create("plain");
  const answer = await rawRequest(
    lab.azure.url,
    `${compute}/disks/plain/beginGetAccess?api-version=2026-03-02`,
    {
      method: "POST",
      token: TOKEN,
      body: { access: "Read", durationInSeconds: 60, format: "VHD" },
    },
  );
  expect([answer.status, answer.code, answer.message]).toEqual([
    400,
    "InvalidRequestContent",
    containing("'format'"),
  ]);
});

test("open access keeps a disk and a snapshot from deletion, growth and another network policy", async () => {
  await create("open");
  const { id = "" } = await lab.arm.disks.get(GROUP, "open");
  await lab.arm.snapshots.createOrUpdate(GROUP, "open-snap", {
    location: "westeurope",
    creationData: { createOption: "Copy", sourceResourceId: id },
  });
  await begin("open");
  await lab.arm.snapshots.grantAccess(GROUP, "open-snap", { access: "Read", durationInSeconds: 600 });
  const message = containing(
    "There is an active shared access signature outstanding for disk open. Call EndGetAccess",
  );
  const refused = { status: 409, code: "OperationNotAllowed", message };
  expect(await refusalOf(lab.arm.disks.delete(GROUP, "open"))).toEqual(refused);
  expect(await refusalOf(lab.arm.disks.update(GROUP, "open", { diskSizeGB: 2 }))).toEqual(refused);
  expect(await refusalOf(lab.arm.disks.update(GROUP, "open", { networkAccessPolicy: "DenyAll" }))).toEqual(
    refused,
  );
  expect((await failureOf(lab.arm.snapshots.delete(GROUP, "open-snap"))).code).toBe("OperationNotAllowed");
  await lab.arm.disks.revokeAccess(GROUP, "open");
  await lab.arm.disks.delete(GROUP, "open");
});

test("DenyAll refuses access, also after a PATCH", async () => {
  await create("closed");
  await lab.arm.disks.update(GROUP, "closed", { networkAccessPolicy: "DenyAll" });
  expect(await refusalOf(begin("closed"))).toEqual({
    status: 409,
    code: "OperationNotAllowed",
    message: containing("'DenyAll' does not allow access to the disk"),
  });
});

test("AllowPrivate gives a URL that only the private endpoint opens", async () => {
  await lab.arm.diskAccesses.createOrUpdate(GROUP, "private", { location: "westeurope" });
  const diskAccessId = `${compute}/diskAccesses/private`;
  await create("inside", { networkAccessPolicy: "AllowPrivate", diskAccessId });
  expect((await lab.arm.disks.get(GROUP, "inside")).diskAccessId).toBe(diskAccessId);
  const url = await sas(begin("inside"));
  const outside = { code: "AuthorizationFailure", status: 403 };
  expect(await failureOf(blob(url).download(0, 512))).toEqual(outside);
  await lab.azure.control.settings({ privateLink: true });
  expect((await blob(url).downloadToBuffer(0, 512)).length).toBe(512);
  await lab.azure.control.settings({ privateLink: false });
  await lab.arm.disks.revokeAccess(GROUP, "inside");
  await lab.arm.disks.update(GROUP, "inside", { networkAccessPolicy: "AllowAll" });
  expect((await lab.arm.disks.get(GROUP, "inside")).diskAccessId).toBeUndefined();
});

test("without public network access, the URL of an AllowAll disk opens nothing", async () => {
  await create("off", { publicNetworkAccess: "Disabled" });
  const url = await sas(begin("off"));
  expect(await failureOf(blob(url).download(0, 512))).toEqual({ code: "AuthorizationFailure", status: 403 });
});

test("with Entra mode, the URL needs a token for disks and the data action", async () => {
  await create("entra", { dataAccessAuthMode: "AzureActiveDirectory" });
  const url = await sas(begin("entra"));
  const read = async (token?: string) => {
    const headers = {
      range: "bytes=0-511",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(url, { headers });
    return [answer.status, answer.headers.get("x-ms-error-code")];
  };
  expect(await read()).toEqual([403, "AuthenticationFailed"]);
  expect(await read("rubbish")).toEqual([403, "AuthenticationFailed"]);
  expect(await read(TOKEN)).toEqual([403, "AuthorizationPermissionMismatch"]);
  await lab.azure.control.addRoleAssignment({
    principalId: "operator",
    scope: `${compute}/disks/entra`,
    roleDefinitionId: DATA_OPERATOR,
  });
  expect(await read(`${CONTOSO_TENANT_ID}/operator`)).toEqual([206, null]);
});

test("an upload in Entra mode needs the upload action", async () => {
  await lab.arm.disks.createOrUpdate(GROUP, "entra-up", {
    location: "westeurope",
    dataAccessAuthMode: "AzureActiveDirectory",
    creationData: { createOption: "Upload", uploadSizeBytes: 32 * MIB + 512 },
  });
  const url = await sas(begin("entra-up", { access: "Write" }));
  const put = async (token: string) =>
    (
      await fetch(`${url}&comp=page`, {
        method: "PUT",
        headers: {
          authorization: `Bearer ${token}`,
          "x-ms-range": "bytes=0-511",
          "x-ms-page-write": "update",
        },
        body: new Uint8Array(512),
      })
    ).status;
  expect(await put(TOKEN)).toBe(403);
  await lab.azure.control.addRoleAssignment({
    principalId: "uploader",
    scope: `/subscriptions/${SUBSCRIPTION}`,
    roleDefinitionId: DATA_OPERATOR,
  });
  expect(await put(`${CONTOSO_TENANT_ID}/uploader`)).toBe(201);
});

test("a disk restore point follows the policy of its disk", async () => {
  await lab.importVm("guarded");
  await lab.arm.disks.update(GROUP, "guarded-os", { networkAccessPolicy: "DenyAll" });
  const { disks } = await lab.takePoint("guarded/p");
  const open = lab.readPoint("guarded", { point: "p", disk: disks[0] ?? "" });
  expect(await failureOf(open)).toEqual({ code: "OperationNotAllowed", status: 409 });
});

test("a disk with sectors of 4,096 bytes takes no VHD and gives none", async () => {
  const provisioned = { location: "westeurope", zones: ["1"], sku: { name: "PremiumV2_LRS" } };
  await create("large-sectors", provisioned);
  expect((await refusalOf(begin("large-sectors"))).message).toContain("VHDX format only");
  await lab.arm.disks.createOrUpdate(GROUP, "vhdx-up", {
    ...provisioned,
    creationData: { createOption: "Upload", uploadSizeBytes: 32 * MIB + 512 },
  });
  await begin("vhdx-up", { access: "Write" });
  expect(await refusalOf(lab.arm.disks.revokeAccess(GROUP, "vhdx-up"))).toMatchObject({
    code: "InvalidVhd",
    message: containing("'vhdxfile'"),
  });
});

test("the sentence of a wrong footer names the blob", async () => {
  await lab.arm.disks.createOrUpdate(GROUP, "no-footer", {
    location: "westeurope",
    creationData: { createOption: "Upload", uploadSizeBytes: 32 * MIB + 512 },
  });
  const url = new URL(await sas(begin("no-footer", { access: "Write" })));
  expect((await refusalOf(lab.arm.disks.revokeAccess(GROUP, "no-footer"))).message).toContain(
    `indicates that disk 'abcd' with blob ${url.origin}${url.pathname} is not a supported VHD. Disk is expected to have cookie value 'conectix'.`,
  );
});
