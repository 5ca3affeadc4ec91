import type { ResourceSku } from "@azure/arm-compute";
import { expect, test } from "vitest";
import { GROUP, useLab } from "./lab.ts";
import { containing } from "./matchers.ts";
import { makeDisk, makeVm, refusal } from "./vm-lab.ts";

const lab = useLab();
const vms = () => lab.arm.virtualMachines;
const view = (name: string) => vms().instanceView(GROUP, name);
const power = async (name: string) =>
  (await view(name)).statuses?.map(({ code }) => code).filter((code) => code?.startsWith("PowerState/")) ??
  [];
const all = async (list: AsyncIterable<{ name?: string }>) => {
  const names: string[] = [];
  for await (const { name = "" } of list) names.push(name);
  return names;
};

test("the power state shows the change while it happens, and refuses others", async () => {
  await makeVm(lab, "web");
  await lab.azure.control.settings({ operationDurations: "none", operationMs: 60_000 });
  const poller = vms().deallocate(GROUP, "web", { updateIntervalInMs: 1 });
  await poller.submitted();
  expect(await power("web")).toEqual(["PowerState/deallocating"]);
  expect((await view("web")).statuses?.[0]?.code).toBe("ProvisioningState/updating");
  expect(await refusal(vms().start(GROUP, "web"))).toBe(
    "409 OperationNotAllowed: An ongoing operation is changing power state of Virtual Machine web to deallocated. Please perform operation start after some time.",
  );
  await lab.azure.control.advanceClock(60_000);
  await poller;
  expect(await power("web")).toEqual(["PowerState/deallocated"]);
});

test("two changes at once: the second is a conflict", async () => {
  await makeVm(lab, "web");
  await lab.azure.control.settings({ operationMs: 60_000 });
  await vms()
    .update(GROUP, "web", { tags: { a: "1" } })
    .submitted();
  expect(await refusal(vms().update(GROUP, "web", { tags: { a: "2" } }))).toMatch(
    /^409 Conflict: The request failed due to conflict with a concurrent request./,
  );
});

test("each action needs a VM in the right state", async () => {
  await makeVm(lab, "web");
  const disk = () => lab.arm.disks.get(GROUP, "web-os");
  await vms().restart(GROUP, "web");
  await vms().redeploy(GROUP, "web");
  await vms().reapply(GROUP, "web");
  await vms().powerOff(GROUP, "web", { skipShutdown: true });
  expect([await power("web"), (await disk()).diskState]).toEqual([["PowerState/stopped"], "Attached"]);
  await vms().deallocate(GROUP, "web");
  expect([await power("web"), (await disk()).diskState]).toEqual([["PowerState/deallocated"], "Reserved"]);
  for (const action of ["restart", "powerOff", "redeploy"] as const)
    expect(await refusal(vms()[action](GROUP, "web"))).toBe(
      `409 OperationNotAllowed: Operation '${action}' is not allowed on VM 'web' since the VM is either deallocated or marked to be deallocated.`,
    );
  const { vmAgent, osName, hyperVGeneration } = await view("web");
  expect([vmAgent, osName, hyperVGeneration]).toEqual([undefined, undefined, "V2"]);
  const profile = (await vms().get(GROUP, "web")).storageProfile;
  expect([profile?.osDisk?.diskSizeGB, profile?.osDisk?.managedDisk?.storageAccountType]).toEqual([
    undefined,
    undefined,
  ]);
  await vms().start(GROUP, "web");
  expect((await view("web")).vmAgent?.statuses?.[0]).toMatchObject({ displayStatus: "Ready", level: "Info" });
});

test("a VM with an ephemeral OS disk is not deallocated; boot diagnostics have URLs when enabled", async () => {
  await makeVm(lab, "web", {
    osDiskFacts: { diffDiskSettings: { option: "Local" } },
    facts: { diagnosticsProfile: { bootDiagnostics: { enabled: true } } },
  });
  await makeVm(lab, "plain");
  expect(await refusal(vms().deallocate(GROUP, "web"))).toContain(
    "409 OperationNotAllowed: Operation 'deallocate'",
  );
  const data = await vms().retrieveBootDiagnosticsData(GROUP, "web");
  expect(data.serialConsoleLogBlobUri).toContain("serialconsole.log");
  expect(await refusal(vms().retrieveBootDiagnosticsData(GROUP, "plain"))).toMatch(
    /^409 OperationNotAllowed/,
  );
});

test("a generalized VM can only be deleted", async () => {
  await makeVm(lab, "web");
  expect(await refusal(vms().generalize(GROUP, "web"))).toContain(
    "since the VM is running. Please power off explicitly",
  );
  await vms().deallocate(GROUP, "web");
  await vms().generalize(GROUP, "web");
  expect((await view("web")).statuses?.map(({ code }) => code)).toContain("OSState/generalized");
  expect(await refusal(vms().start(GROUP, "web"))).toBe(
    "409 OperationNotAllowed: Operation 'start' is not allowed on VM 'web' since the VM is generalized.",
  );
});

test("a start fails without a size, quota, capacity, or with a disk that is read", async () => {
  await makeVm(lab, "web", { power: "deallocated" });
  await makeVm(lab, "zonal", { power: "deallocated", zones: ["1"] });
  const start = (name = "web") => refusal(vms().start(GROUP, name));
  await lab.azure.control.settings({ restrictedSizes: ["Standard_D4s_v5"] });
  expect(await start()).toMatch(
    /^409 SkuNotAvailable: The requested size for resource .* is currently not available in location/,
  );
  await lab.azure.control.settings({ restrictedSizes: [], coresPerFamily: 3 });
  expect(await start()).toContain(
    "OperationNotAllowed: Operation could not be completed as it results in exceeding approved standardDSv5Family Cores quota.",
  );
  await lab.azure.control.settings({ coresPerFamily: 100, coresPerRegion: 3 });
  expect(await start()).toContain("exceeding approved Total Regional Cores quota");
  await lab.azure.control.settings({ coresPerRegion: 100, exhaustedSizes: ["Standard_D4s_v5"] });
  expect(await start()).toContain("AllocationFailed");
  expect(await start("zonal")).toContain("ZonalAllocationFailed");
  expect((await view("web")).statuses).toMatchObject([
    { code: "ProvisioningState/failed" },
    { code: "PowerState/deallocated" },
  ]);
  await lab.azure.control.settings({ exhaustedSizes: [] });
  await lab.arm.disks.grantAccess(GROUP, "web-os", { access: "Read", durationInSeconds: 600 });
  expect(await start()).toContain(
    "409 OperationNotAllowed: There is an active shared access signature outstanding for disk web-os.",
  );
  await lab.arm.disks.revokeAccess(GROUP, "web-os");
  expect(await start()).toBe("no failure");
});

test("a deleted VM frees its disks, or takes those with deleteOption Delete", async () => {
  await makeVm(lab, "web", { data: 1 });
  const id = await makeDisk(lab, "gone");
  await vms().attachDetachDataDisks(GROUP, "web", {
    dataDisksToAttach: [{ diskId: id, deleteOption: "Delete" }],
  });
  await lab.azure.control.settings({ operationMs: 60_000 });
  await vms().update(GROUP, "web", { tags: {} }).submitted();
  expect(await refusal(vms().delete(GROUP, "web"))).toMatch(/^409 Conflict/);
  await lab.azure.control.settings({ operationMs: 0 });
  await vms().delete(GROUP, "web", { forceDeletion: true });
  expect(await all(lab.arm.disks.listByResourceGroup(GROUP))).toEqual(["web-data0", "web-os"]);
  expect((await lab.arm.disks.get(GROUP, "web-os")).diskState).toBe("Unattached");
});

test("lists: by location, by filter, status only, with instance views, groups in capitals", async () => {
  await makeVm(lab, "here");
  await makeVm(lab, "there", { location: "northeurope" });
  expect(await all(vms().listByLocation("northeurope"))).toEqual(["there"]);
  expect(await all(vms().listAll())).toEqual(["here", "there"]);
  const filter = "'virtualMachineScaleSet/id' eq '/subscriptions/x'";
  expect(await all(vms().list(GROUP, { filter }))).toEqual([]);
  const [listed] = await (async () => {
    const found = [];
    for await (const vm of vms().listAll({ expand: "instanceView" })) found.push(vm);
    return found;
  })();
  expect(listed).toMatchObject({
    id: containing(`/resourceGroups/${GROUP.toUpperCase()}/`),
    storageProfile: {
      osDisk: { managedDisk: { id: containing(`/resourceGroups/${GROUP.toUpperCase()}/`) } },
    },
    instanceView: { statuses: [{ code: "ProvisioningState/succeeded" }, { code: "PowerState/running" }] },
  });
  for await (const vm of vms().listAll({ statusOnly: "true" }))
    expect([vm.storageProfile, vm.hardwareProfile, vm.instanceView?.statuses?.length]).toEqual([
      undefined,
      undefined,
      2,
    ]);
});

test("sizes, SKUs and usages come from one table", async () => {
  await makeVm(lab, "web");
  await lab.azure.control.settings({ restrictedSizes: ["Standard_D8s_v5"] });
  const sizes = await all(lab.arm.virtualMachineSizes.list("westeurope"));
  expect(sizes).toContain("Standard_D4_v3");
  const fitting = await all(vms().listAvailableSizes(GROUP, "web"));
  expect([fitting.includes("Standard_E4s_v5"), fitting.includes("Standard_D8s_v6")]).toEqual([true, false]);
  const skus: ResourceSku[] = [];
  for await (const sku of lab.arm.resourceSkus.list({ filter: "location eq 'westeurope'" })) skus.push(sku);
  const capability = (size: string, name: string) =>
    skus.find((sku) => sku.name === size)?.capabilities?.find((one) => one.name === name)?.value;
  expect([
    capability("Standard_D4_v5", "PremiumIO"),
    capability("Standard_D4s_v5", "MaxDataDiskCount"),
    capability("Standard_D4ps_v5", "CpuArchitectureType"),
    capability("Standard_D4_v3", "HyperVGenerations"),
    capability("Standard_DC4as_v5", "ConfidentialComputingType"),
    capability("Standard_M8ms", "TrustedLaunchDisabled"),
  ]).toEqual(["False", "8", "Arm64", "V1", "SNP", "True"]);
  expect(skus.find((sku) => sku.name === "Standard_D8s_v5")?.restrictions).toMatchObject([
    { type: "Location", reasonCode: "NotAvailableForSubscription" },
    { type: "Zone" },
  ]);
  expect(
    skus.find((sku) => sku.name === "Standard_D4s_v5")?.locationInfo?.[0]?.zoneDetails?.[0]?.capabilities,
  ).toEqual([{ name: "UltraSSDAvailable", value: "True" }]);
  const usages = new Map<string, number>();
  for await (const { name, currentValue } of lab.arm.usage.list("westeurope"))
    usages.set(name.value ?? "", currentValue);
  expect([usages.get("cores"), usages.get("standardDSv5Family"), usages.get("virtualMachines")]).toEqual([
    4, 4, 1,
  ]);
});
