import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { client, failureOf, GROUP, PRINCIPAL, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { type RawAnswer, type RawRequest, rawRequest } from "./raw.ts";

const lab = useLab();
const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}`;
const disk = `${group}/providers/Microsoft.Compute/disks/data-1`;
const DISKS = "api-version=2026-03-02";

const raw = (path: string, request: RawRequest = {}): Promise<RawAnswer> =>
  rawRequest(lab.azure.url, path, { token: TOKEN, ...request });
const as = (principal: string): string => `${CONTOSO_TENANT_ID}/${principal}`;

test("a refusal names the action, the full id, and the caller as Azure does", async () => {
  const stranger = { token: as("stranger") };
  const denied = async (path: string, request: RawRequest = {}): Promise<[number, string, string]> => {
    const { status, code, message } = await raw(path, { ...stranger, ...request });
    return [status, code, message];
  };
  const words = (action: string, scope: string): [number, string, string] => [
    403,
    "AuthorizationFailed",
    `The client 'stranger' with object id 'stranger' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  ];
  expect(await denied(`${disk}?${DISKS}`)).toEqual(words("Microsoft.Compute/disks/read", disk));
  expect(await denied(`${disk}?${DISKS}`, { method: "DELETE" })).toEqual(
    words("Microsoft.Compute/disks/delete", disk),
  );
  expect(await denied(`${disk}/beginGetAccess?${DISKS}`, { method: "POST" })).toEqual(
    words("Microsoft.Compute/disks/beginGetAccess/action", disk),
  );
  const point = `${group}/providers/Microsoft.Compute/restorePointCollections/c/restorePoints/p`;
  expect(await denied(`${point}?api-version=2026-04-01`, { method: "PUT", body: {} })).toEqual(
    words("Microsoft.Compute/restorePointCollections/restorePoints/write", point),
  );
  const provider = `${group}/providers/Microsoft.Compute`;
  expect(await denied(`${provider}/virtualMachines?api-version=2026-04-01`)).toEqual(
    words("Microsoft.Compute/virtualMachines/read", provider),
  );
  const subscription = `/subscriptions/${SUBSCRIPTION}`;
  expect(await denied(`${subscription}/providers/Microsoft.Compute/disks?${DISKS}`)).toEqual(
    words("Microsoft.Compute/disks/read", subscription),
  );
  expect(await denied(`${subscription}/resourcegroups/${GROUP}?api-version=2022-09-01`)).toEqual(
    words("Microsoft.Resources/subscriptions/resourcegroups/read", `${subscription}/resourcegroups/${GROUP}`),
  );
  const operation = `${subscription}/providers/Microsoft.Compute/locations/westeurope/DiskOperations/x`;
  expect(await denied(`${operation}?${DISKS}`)).toEqual(
    words("Microsoft.Compute/locations/diskOperations/read", operation),
  );
});

test("an api-version is one of the type's list, which the refusal names", async () => {
  await lab.importVm("web");
  const list = await raw(`${group}/providers/Microsoft.Compute/disks?api-version=2020-06-01`);
  expect([list.status, list.code]).toEqual([404, "InvalidResourceType"]);
  expect(list.message).toMatch(
    /^The resource type 'disks' could not be found in the namespace 'Microsoft\.Compute' for api version '2020-06-01'\. The supported api-versions are '2016-04-30-preview,2017-03-30,.*,2026-03-02'\.$/,
  );
  const vm = await raw(`${group}/providers/Microsoft.Compute/virtualMachines/web?api-version=2024-01-01`);
  expect([vm.status, vm.code]).toEqual([400, "NoRegisteredProviderFound"]);
  expect(vm.message).toMatch(
    /^No registered resource provider found for location 'westeurope' and API version '2024-01-01' for type 'virtualMachines'\. The supported api-versions are '2015-05-01-preview, 2015-06-15, .*'\. The supported locations are 'eastus, eastus2, .*'\.$/,
  );
  const put = await raw(`${disk}?api-version=2020-06-01`, {
    method: "PUT",
    body: { location: "North Europe" },
  });
  expect(put.message).toContain("for location 'northeurope' and API version '2020-06-01' for type 'disks'");
  const collections = `${group}/providers/Microsoft.Compute/restorePointCollections`;
  expect((await raw(`${collections}?api-version=2016-08-30`)).code).toBe("InvalidResourceType");
  expect((await raw(`${collections}?api-version=2021-03-01`)).status).toBe(200);
  const own = await raw(`${group}?api-version=2018-10-01`);
  expect([own.status, own.code]).toEqual([400, "InvalidApiVersionParameter"]);
  expect(own.message).toMatch(
    /^The api-version '2018-10-01' is invalid\. The supported versions are '2025-04-01,/,
  );
});

test("unknown providers, types and methods have Azure's codes", async () => {
  const path = `${group}/providers`;
  const answer = async (rest: string, method = "GET"): Promise<unknown> => {
    const { status, code, message } = await raw(`${path}/${rest}?api-version=2021-04-01`, { method });
    return { status, code, message };
  };
  expect(await answer("Microsoft.Nothing/things/x")).toEqual({
    status: 404,
    code: "InvalidResourceNamespace",
    message: "The resource namespace 'Microsoft.Nothing' is invalid.",
  });
  expect(await answer("Microsoft.Compute/things/x")).toEqual({
    status: 404,
    code: "InvalidResourceType",
    message:
      "The resource type could not be found in the namespace 'Microsoft.Compute' for api version '2021-04-01'.",
  });
  expect(await answer("Microsoft.Compute/disks/x/beginGetAccess")).toMatchObject({ status: 405 });
  const root = await rawRequest(lab.azure.url, "/", {});
  expect([root.status, root.code]).toEqual([400, "MissingApiVersionParameter"]);
});

test("a child of a missing resource names the parent", async () => {
  const vm = `${group}/providers/Microsoft.Compute/virtualMachines/none`;
  const read = await raw(`${vm}/extensions/x?api-version=2024-07-01`);
  expect([read.status, read.code, read.message]).toEqual([
    404,
    "ParentResourceNotFound",
    `Failed to perform 'read' on resource(s) of type 'virtualMachines/extensions', because the parent resource '${vm}' could not be found.`,
  ]);
  const point = `${group}/providers/Microsoft.Compute/restorePointCollections/none/restorePoints/x?api-version=2024-07-01`;
  const write = await raw(point, { method: "PUT", body: {} });
  expect(write.message).toContain(
    "Failed to perform 'write' on resource(s) of type 'restorePointCollections/restorePoints'",
  );
});

test("every answer has the headers of Resource Manager", async () => {
  const { headers } = await raw(`${group}?api-version=2022-09-01`);
  const routing = headers.get("x-ms-routing-request-id") ?? "";
  expect(routing).toMatch(/^WESTEUROPE:\d{8}T\d{6}Z:[0-9a-f-]{36}$/);
  expect(headers.get("x-ms-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

test("a body is JSON", async () => {
  const put = (request: RawRequest): Promise<RawAnswer> =>
    raw(`${disk}?${DISKS}`, { method: "PUT", ...request });
  const plain = await put({ text: "{}", contentType: "text/plain" });
  expect([plain.status, plain.code]).toEqual([415, "UnsupportedMediaType"]);
  expect(plain.message).toBe(
    "The content media type 'text/plain' is not supported. Only 'application/json' is supported.",
  );
  expect(await put({ text: "{" })).toMatchObject({ status: 400, code: "InvalidRequestContent" });
});

test("a token of another tenant is refused with the address of the right one", async () => {
  const { status, code, headers, message } = await raw(`${disk}?${DISKS}`, { token: `other/${PRINCIPAL}` });
  expect([status, code]).toEqual([401, "InvalidAuthenticationTokenTenant"]);
  expect(message).toContain(`the wrong issuer 'https://sts.windows.net/other/'`);
  expect(headers.get("www-authenticate")).toContain(
    `authorization_uri="https://login.windows.net/${CONTOSO_TENANT_ID}", error="invalid_token"`,
  );
});

test("a fault revokes a token that is still valid; another token works", async () => {
  await lab.azure.control.addRoleAssignment({
    principalId: "second",
    scope: `/subscriptions/${SUBSCRIPTION}`,
    role: "Reader",
  });
  await lab.azure.control.addFault({
    match: { operation: "virtualMachines.list" },
    effect: { type: "reject-token" },
    times: 1,
  });
  const list = (token: string): Promise<{ code: string; status: number | undefined }> =>
    failureOf(client(lab.azure.url, token).virtualMachines.list(GROUP).next());
  expect(await list(TOKEN)).toEqual({ code: "InvalidAuthenticationToken", status: 401 });
  await lab.restart();
  expect(await list(TOKEN)).toEqual({ code: "InvalidAuthenticationToken", status: 401 });
  expect((await list(as("second"))).code).toBe("no failure");
});
