import { restorePoller } from "@azure/arm-compute";
import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { client, failureOf, GROUP, PRINCIPAL, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { containing } from "./matchers.ts";

const lab = useLab();

const collections = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Compute/restorePointCollections`;
const raw = (path: string, init: RequestInit = {}) =>
  fetch(`${lab.azure.url}${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
    },
  });

test("a call is refused without a valid token, the right tenant and a role", async () => {
  const list = async (token: string) => failureOf(lab.armAs(token).virtualMachines.listAll().next());
  expect(await list("rubbish")).toEqual({ code: "InvalidAuthenticationToken", status: 401 });
  expect(await list(`other-tenant/${PRINCIPAL}`)).toEqual({
    code: "InvalidAuthenticationTokenTenant",
    status: 401,
  });
  expect(await list(`${CONTOSO_TENANT_ID}/unknown`)).toEqual({ code: "AuthorizationFailed", status: 403 });
  const missing = await fetch(`${lab.azure.url}${collections}?api-version=2026-04-01`);
  expect([missing.status, missing.headers.get("www-authenticate")]).toEqual([401, containing("Bearer")]);
  await lab.azure.control.addRoleAssignment({
    principalId: "reader",
    scope: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}`,
    role: "Reader",
  });
  const reader = lab.armAs(`${CONTOSO_TENANT_ID}/reader`);
  expect(await failureOf(reader.virtualMachines.list(GROUP).next())).toEqual({
    code: "no failure",
    status: undefined,
  });
  expect((await failureOf(reader.virtualMachines.listAll().next())).code).toBe("AuthorizationFailed");
  expect((await failureOf(reader.virtualMachines.start(GROUP, "x"))).code).toBe("AuthorizationFailed");
});

test("a call needs a known api-version; paths and ids are case-insensitive", async () => {
  const code = async (query: string): Promise<unknown> => {
    const body: unknown = await (await raw(`${collections}${query}`)).json();
    return body;
  };
  expect(await code("")).toMatchObject({ error: { code: "MissingApiVersionParameter" } });
  expect(await code("?api-version=2099-01-01")).toMatchObject({
    error: { code: "InvalidResourceType" },
  });
  expect(await code("?api-version=latest")).toMatchObject({ error: { code: "InvalidResourceType" } });
  const id = await lab.importVm("Web");
  const upper = await raw(`${id.toUpperCase()}?api-version=2026-04-01&%24expand=instanceView`);
  expect(upper.status).toBe(200);
  expect(await upper.json()).toMatchObject({ name: "Web", properties: { instanceView: { vmAgent: {} } } });
});

test("a missing resource, group or subscription has ARM's code", async () => {
  expect(await failureOf(lab.arm.virtualMachines.get(GROUP, "none"))).toEqual({
    code: "ResourceNotFound",
    status: 404,
  });
  expect(await failureOf(lab.arm.virtualMachines.get("none", "none"))).toEqual({
    code: "ResourceGroupNotFound",
    status: 404,
  });
  const other = client(lab.azure.url, TOKEN, "00000000-0000-4000-8000-000000000000");
  expect((await failureOf(other.virtualMachines.listAll().next())).code).toBe("SubscriptionNotFound");
  const wrong = await raw(`${collections}/x?api-version=2026-04-01`, { method: "PUT", body: "{" });
  expect([wrong.status, await wrong.json()]).toMatchObject([
    400,
    { error: { code: "InvalidRequestContent" } },
  ]);
});

test("lists have pages with links to the public host", async () => {
  await lab.azure.control.settings({ pageSize: 2 });
  const names = ["a", "b", "c", "d", "e"];
  for (const name of names) await lab.importVm(name);
  const pages: string[][] = [];
  for await (const page of lab.arm.virtualMachines.listAll().byPage())
    pages.push(page.map((vm) => vm.name ?? ""));
  expect(pages).toEqual([["a", "b"], ["c", "d"], ["e"]]);
});

test("power actions and extensions change the instance view", async () => {
  await lab.importVm("web");
  const power = async () => {
    const view = await lab.arm.virtualMachines.instanceView(GROUP, "web");
    return view.statuses?.find((status) => status.code?.startsWith("PowerState/"))?.code;
  };
  expect(await power()).toBe("PowerState/running");
  await lab.arm.virtualMachines.powerOff(GROUP, "web");
  expect(await power()).toBe("PowerState/stopped");
  const extension = {
    location: "westeurope",
    publisher: "Microsoft.Azure.Monitor",
    typePropertiesType: "AzureMonitorLinuxAgent",
    typeHandlerVersion: "1.0",
  };
  const put = () => lab.arm.virtualMachineExtensions.createOrUpdate(GROUP, "web", "agent", extension);
  expect((await failureOf(put())).code).toBe("OperationNotAllowed");
  await lab.arm.virtualMachines.start(GROUP, "web");
  expect((await put()).provisioningState).toBe("Succeeded");
  const { value = [] } = await lab.arm.virtualMachineExtensions.list(GROUP, "web");
  expect(value.map((one) => one.name)).toEqual(["agent"]);
  await lab.arm.virtualMachineExtensions.delete(GROUP, "web", "agent");
  expect((await failureOf(lab.arm.virtualMachineExtensions.get(GROUP, "web", "agent"))).status).toBe(404);
});

test("a long-running PUT answers 201 Creating and polls with Retry-After at the public host", async () => {
  await lab.importVm("web");
  await lab.azure.control.settings({ operationMs: 60_000 });
  const path = `${collections}/web-rpc/restorePoints/p`;
  const created = await raw(`${path}?api-version=2026-04-01`, { method: "PUT", body: "{}" });
  expect(created.status).toBe(201);
  expect(created.headers.get("location")).toBeNull();
  expect(await created.json()).toMatchObject({ properties: { provisioningState: "Creating" } });
  const follow = new URL(created.headers.get("azure-asyncoperation") ?? "");
  expect(follow.host).toBe("management.azure.com");
  const poll = () => raw(`${follow.pathname}${follow.search}`);
  const running = await poll();
  expect([running.status, running.headers.get("retry-after")]).toEqual([200, "1"]);
  expect(await running.json()).toMatchObject({ status: "InProgress" });
  await lab.azure.control.advanceClock(60_000);
  expect(await (await poll()).json()).toMatchObject({ status: "Succeeded", endTime: containing("+00:00") });
});

test("the Location of a long-running POST answers 202, then 200 with the result", async () => {
  await lab.importVm("web");
  const { disks } = await lab.takePoint("web/p");
  await lab.azure.control.settings({ operationMs: 60_000 });
  const path = `${collections}/web-rpc/restorePoints/p/diskRestorePoints/${disks[0]}/beginGetAccess`;
  const body = JSON.stringify({ access: "Read", durationInSeconds: 60 });
  const begun = await raw(`${path}?api-version=2026-03-02`, { method: "POST", body });
  expect(begun.status).toBe(202);
  const location = new URL(begun.headers.get("location") ?? "");
  const monitor = () => raw(`${location.pathname}${location.search}`);
  expect((await monitor()).status).toBe(202);
  await lab.azure.control.advanceClock(60_000);
  const done = await monitor();
  expect(done.status).toBe(200);
  expect(await done.json()).toEqual({ accessSAS: containing(`${lab.azure.url}/md-`) });
});

test("a serialized poller continues after a restart", async () => {
  await lab.importVm("web");
  await lab.azure.control.addFault({
    match: { operation: "work:restorePoints.create" },
    effect: { type: "hang" },
    times: 1,
  });
  const poller = lab.arm.restorePoints.create(GROUP, "web-rpc", "p", {});
  await poller.submitted();
  const state = await poller.serialize();
  await lab.restart();
  const again = restorePoller(lab.arm, state, lab.arm.restorePoints.create);
  await again.pollUntilDone();
  const point = await lab.arm.restorePoints.get(GROUP, "web-rpc", "p");
  expect([point.provisioningState, point.consistencyMode]).toEqual(["Succeeded", "FileSystemConsistent"]);
});
