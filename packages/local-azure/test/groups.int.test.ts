import { expect, test } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { failureOf, GROUP, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { collect, managementClients } from "./management.ts";
import { containing } from "./matchers.ts";
import { type RawAnswer, type RawRequest, rawRequest } from "./raw.ts";

const lab = useLab();
const subscription = `/subscriptions/${SUBSCRIPTION}`;
const group = `${subscription}/resourceGroups/${GROUP}`;
const RESOURCES = "api-version=2022-09-01";

const raw = (path: string, request: RawRequest = {}): Promise<RawAnswer> =>
  rawRequest(lab.azure.url, path, { token: TOKEN, ...request });
const put = (path: string, body: unknown): Promise<RawAnswer> => raw(path, { method: "PUT", body });

test("groups are created, tagged, listed and found", async () => {
  const { resources } = managementClients(lab.azure.url, TOKEN);
  const { resourceGroups } = resources;
  const made = await resourceGroups.createOrUpdate("Backup-RG", {
    location: "North Europe",
    tags: { a: "1" },
  });
  expect(made).toMatchObject({
    name: "Backup-RG",
    location: "northeurope",
    properties: { provisioningState: "Succeeded" },
  });
  expect((await resourceGroups.update("backup-rg", { tags: { b: "2" } })).tags).toEqual({ b: "2" });
  expect((await collect(resourceGroups.list())).map(({ name }) => name)).toEqual(["Backup-RG", GROUP]);
  const tagged = await collect(resourceGroups.list({ filter: "tagName eq 'b' and tagValue eq '2'" }));
  expect(tagged.map(({ name }) => name)).toEqual(["Backup-RG"]);
  expect(await resourceGroups.checkExistence("BACKUP-rg")).toMatchObject({ body: true });
  expect(await resourceGroups.checkExistence("none")).toMatchObject({ body: false });
  expect((await raw(`${group}?${RESOURCES}`, { method: "HEAD" })).status).toBe(204);
});

test("a group has a valid name and one location of Azure", async () => {
  const answer = async (name: string, location?: string): Promise<unknown> => {
    const { status, code, message } = await put(`${subscription}/resourcegroups/${name}?${RESOURCES}`, {
      location,
    });
    return { status, code, message };
  };
  expect(await answer("x")).toMatchObject({ status: 400, code: "LocationRequired" });
  expect(await answer("x", "mars")).toMatchObject({
    status: 400,
    code: "LocationNotAvailableForResourceGroup",
    message: containing(
      "The provided location 'mars' is not available for resource group. List of available regions is 'eastus,",
    ),
  });
  expect(await answer(GROUP, "northeurope")).toEqual({
    status: 409,
    code: "InvalidResourceGroupLocation",
    message:
      "Invalid resource group location 'northeurope'. The Resource group already exists in location 'westeurope'.",
  });
  expect(await answer("a%21b", "westeurope")).toMatchObject({ status: 400, code: "InvalidResourceGroup" });
  expect(await answer("ends.", "westeurope")).toMatchObject({ status: 400, code: "InvalidResourceGroup" });
});

test("the deletion of a group is an operation that removes everything inside", async () => {
  await lab.importVm("web");
  const { resources } = managementClients(lab.azure.url, TOKEN);
  expect((await failureOf(resources.resourceGroups.delete("none"))).code).toBe("ResourceGroupNotFound");
  await resources.resourceGroups.createOrUpdate("other", { location: "westeurope" });
  await lab.azure.control.settings({ operationMs: 60_000 });
  const begun = await raw(`${group}?${RESOURCES}`, { method: "DELETE" });
  expect([begun.status, begun.headers.get("azure-asyncoperation")]).toEqual([202, null]);
  const location = new URL(begun.headers.get("location") ?? "");
  const poll = (): Promise<RawAnswer> => raw(`${location.pathname}${location.search}`);
  expect((await poll()).status).toBe(202);
  const late = await put(`${group}/providers/Microsoft.Compute/disks/late?api-version=2025-01-02`, {
    location: "westeurope",
  });
  // The group may be gone already; while it is not, it refuses.
  expect(["ResourceGroupBeingDeleted", "ResourceGroupNotFound"]).toContain(late.code);
  await lab.azure.control.advanceClock(60_000);
  expect((await poll()).status).toBe(200);
  expect((await failureOf(lab.arm.virtualMachines.get(GROUP, "web"))).code).toBe("ResourceGroupNotFound");
  expect((await collect(resources.resources.list())).map(({ name }) => name)).toEqual([]);
  expect((await collect(resources.resourceGroups.list())).map(({ name }) => name)).toEqual(["other"]);
});

test("resources are listed by type, tag and group, with only what the caller may read", async () => {
  await lab.importVm("web");
  await lab.arm.disks.update(GROUP, "web-os", { tags: { team: "shop" } });
  const { resources } = managementClients(lab.azure.url, TOKEN);
  const names = async (filter?: string): Promise<(string | undefined)[]> =>
    (await collect(resources.resources.list(filter === undefined ? {} : { filter }))).map(({ name }) => name);
  expect(await names()).toEqual([
    "web-os",
    "web-rpc",
    "web",
    "web-nic",
    "web-nsg",
    "test-rg-westeurope-vnet",
  ]);
  expect(await names("resourceType eq 'Microsoft.Compute/virtualMachines'")).toEqual(["web"]);
  expect(await names("tagName eq 'team' and tagValue eq 'shop'")).toEqual(["web-os"]);
  expect(await names("substringof('rpc', name) or name eq 'web'")).toEqual(["web-rpc", "web"]);
  expect((await failureOf(names("name is 'web'"))).code).toBe("InvalidFilterInQueryString");
  await lab.azure.control.addRoleAssignment({
    principalId: "reader",
    scope: `${group}/providers/Microsoft.Compute/disks/web-os`,
    role: "Reader",
  });
  const reader = managementClients(lab.azure.url, `${CONTOSO_TENANT_ID}/reader`).resources;
  const seen = await collect(reader.resources.listByResourceGroup(GROUP));
  expect(seen.map(({ type, name }) => [type, name])).toEqual([["Microsoft.Compute/disks", "web-os"]]);
});

test("tags/default reads, replaces, merges and deletes the tags of any scope", async () => {
  await lab.importVm("web");
  const { tagsOperations } = managementClients(lab.azure.url, TOKEN).resources;
  const vm = `${group}/providers/Microsoft.Compute/virtualMachines/web`;
  for (const scope of [subscription, group, vm]) {
    await tagsOperations.createOrUpdateAtScope(scope, {
      properties: { tags: { team: "shop", stage: "prod" } },
    });
    await tagsOperations.updateAtScope(scope, { operation: "Merge", properties: { tags: { Team: "web" } } });
    await tagsOperations.updateAtScope(scope, {
      operation: "Delete",
      properties: { tags: { stage: "prod" } },
    });
    const found = await tagsOperations.getAtScope(scope);
    expect([found.id, found.properties?.tags]).toEqual([
      `${scope}/providers/Microsoft.Resources/tags/default`,
      { Team: "web" },
    ]);
  }
  expect((await lab.arm.virtualMachines.get(GROUP, "web")).tags).toEqual({ Team: "web" });
  expect((await collect(tagsOperations.list())).map(({ tagName, count }) => [tagName, count?.value])).toEqual(
    [["Team", 2]],
  );
  await tagsOperations.deleteAtScope(vm);
  expect((await lab.arm.virtualMachines.get(GROUP, "web")).tags ?? {}).toEqual({});
});

test("names of tags can exist before a resource has them", async () => {
  const { tagsOperations } = managementClients(lab.azure.url, TOKEN).resources;
  const names = async (): Promise<unknown> =>
    (await collect(tagsOperations.list())).map(({ tagName, values = [] }) => [
      tagName,
      values.map(({ tagValue, count }) => [tagValue, count?.value]),
    ]);
  await tagsOperations.createOrUpdate("cost");
  await tagsOperations.createOrUpdateValue("cost", "42");
  await raw(`${group}?${RESOURCES}`, { method: "PATCH", body: { tags: { cost: "7" } } });
  expect(await names()).toEqual([
    [
      "cost",
      [
        ["42", 0],
        ["7", 1],
      ],
    ],
  ]);
  expect((await failureOf(tagsOperations.delete("cost"))).code).toBe("TagInUse");
  await tagsOperations.deleteValue("cost", "42");
  await raw(`${group}?${RESOURCES}`, { method: "PATCH", body: { tags: {} } });
  await tagsOperations.delete("cost");
  expect(await names()).toEqual([]);
});

test("names, values and number of tags have Azure's limits", async () => {
  const code = async (tags: Record<string, string>): Promise<[string, string]> => {
    const { code, message } = await raw(`${group}?${RESOURCES}`, { method: "PATCH", body: { tags } });
    return [code, message];
  };
  expect(await code({ "a/b": "1" })).toEqual([
    "InvalidTagNameCharacters",
    "The tag names 'a/b' have reserved characters '<,>,%,&,\\,?,/' or control characters.",
  ]);
  expect((await code({ ["n".repeat(513)]: "1" }))[0]).toBe("InvalidTagName");
  expect((await code({ a: "v".repeat(257) }))[0]).toBe("InvalidTagValueLength");
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag${index}`, "x"]));
  expect((await code(many))[0]).toBe("InvalidTags");
  expect((await code({ "hidden-link:/a/b": "1" }))[0]).toBe("");
  const disk = await put(`${group}/providers/Microsoft.Compute/disks/x?api-version=2025-01-02`, {
    location: "westeurope",
    tags: { "a?": "1" },
    properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4 },
  });
  expect([disk.status, disk.code]).toEqual([400, "InvalidTagNameCharacters"]);
});

test("a resource has a location of Azure and keeps it", async () => {
  const path = `${group}/providers/Microsoft.Compute/disks/data?api-version=2025-01-02`;
  const properties = { creationData: { createOption: "Empty" }, diskSizeGB: 4 };
  expect((await put(path, { properties })).code).toBe("LocationRequired");
  expect(await put(path, { location: "mars", properties })).toMatchObject({
    status: 400,
    code: "LocationNotAvailableForResourceType",
    message: containing(
      "The provided location 'mars' is not available for resource type 'Microsoft.Compute/disks'. List of available regions for the resource type is 'eastus,",
    ),
  });
  expect(await put(path, { location: "West Europe", properties })).toMatchObject({
    body: { location: "westeurope" },
  });
  expect(await put(path, { location: "northeurope", properties })).toMatchObject({
    status: 409,
    code: "InvalidResourceLocation",
    message: `The resource 'data' already exists in location 'westeurope' in resource group '${GROUP}'. A resource with the same name cannot be created in location 'northeurope'. Please select a new resource name.`,
  });
});

test("a subscription lists its locations and providers; tenants and subscriptions are the caller's", async () => {
  const locations = await raw(`${subscription}/locations?api-version=2022-12-01`);
  expect(JSON.stringify(locations.body)).toContain('"displayName":"West Europe"');
  const { providers } = managementClients(lab.azure.url, TOKEN).resources;
  const compute = await providers.get("microsoft.compute");
  expect(compute.registrationState).toBe("Registered");
  const disks = compute.resourceTypes?.find(({ resourceType }) => resourceType === "disks");
  expect(disks?.apiVersions?.[0]).toBe("2026-03-02");
  expect((await collect(providers.list())).map(({ namespace }) => namespace)).toContain(
    "Microsoft.Authorization",
  );
  expect((await raw("/tenants?api-version=2022-12-01")).body).toMatchObject({
    value: [{ tenantId: CONTOSO_TENANT_ID, displayName: "Contoso" }],
  });
  const list = async (token: string): Promise<unknown> =>
    (await raw("/subscriptions?api-version=2022-12-01", { token })).body;
  expect(await list(TOKEN)).toMatchObject({ value: [{ subscriptionId: SUBSCRIPTION, state: "Enabled" }] });
  expect(await list(`${CONTOSO_TENANT_ID}/stranger`)).toEqual({
    value: [],
    count: { type: "Total", value: 0 },
  });
});

test("a disabled subscription refuses writes and allows reads and deletions", async () => {
  await lab.importVm("web");
  await lab.azure.control.setSubscription({ id: SUBSCRIPTION, state: "Disabled" });
  const refused = await put(`${subscription}/resourceGroups/new?${RESOURCES}`, { location: "westeurope" });
  expect(refused).toMatchObject({
    status: 409,
    code: "ReadOnlyDisabledSubscription",
    message: `The subscription '${SUBSCRIPTION}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
  });
  expect((await failureOf(lab.arm.virtualMachines.start(GROUP, "web"))).code).toBe(
    "ReadOnlyDisabledSubscription",
  );
  expect((await raw(`${group}?${RESOURCES}`)).status).toBe(200);
  expect((await failureOf(lab.arm.virtualMachines.delete(GROUP, "web"))).code).toBe("no failure");
});
