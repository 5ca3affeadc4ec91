import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { CONTOSO_SUBSCRIPTION_ID as SUBSCRIPTION } from "@kluis/local-azure";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AzureHarness, MIB, startAzure, vmId } from "../test/harness.ts";
import { readInventory } from "../test/inventory.ts";
import { inspectDisks, vmFactsOf } from "./disks.ts";
import { readVmConfiguration } from "./vm-configuration.ts";
import { requireVm } from "./vms.ts";

let harness: AzureHarness;
beforeAll(async () => {
  harness = await startAzure();
});
afterAll(() => harness[Symbol.asyncDispose]());

const smallVm = {
  subscriptionId: SUBSCRIPTION,
  resourceGroup: "test-rg",
  location: "westeurope",
  size: "Standard_D2s_v5",
  os: "Linux",
  power: "running",
  tags: {},
} as const;
const emptyDisk = { sizeBytes: 32 * MIB, fill: async () => undefined };

/** The requests that some work sends: type or name of the resource, and what is asked of it. */
async function requestsOf(work: () => Promise<void>): Promise<string[]> {
  const { pipeline } = harness.azure.compute(SUBSCRIPTION);
  const sent: string[] = [];
  const counting: PipelinePolicy = {
    name: "countingPolicy",
    sendRequest(request, next) {
      const { pathname, searchParams } = new URL(request.url);
      const query = ["statusOnly", "$expand", "$filter"].flatMap((key) => searchParams.get(key) ?? []);
      sent.push([request.method, pathname.split("/").at(-1), ...query].join(" "));
      return next(request);
    },
  };
  pipeline.addPolicy(counting);
  await work().finally(() => pipeline.removePolicy({ name: counting.name }));
  return sent.toSorted();
}

const inventory = () => readInventory(harness.azure, SUBSCRIPTION);

test("an inventory needs as many requests as its lists have pages, however many VMs there are", async () => {
  await harness.local.control.settings({ pageSize: 1000 });
  const before = await requestsOf(async () => {
    const found = await inventory();
    const shown = found.map(({ vm, disks }) => `${vm.name} ${vm.agentState} ${disks?.length}`);
    expect(new Set(shown)).toEqual(new Set(["big ready 1", "lin ready 2", "off unknown 1", "win ready 1"]));
    expect(found.flatMap(({ disks }) => disks ?? []).every(({ facts }) => facts !== null)).toBe(true);
  });
  expect(before).toEqual([
    "GET disks",
    "GET skus location eq 'westeurope'",
    "GET virtualMachines",
    "GET virtualMachines true",
  ]);
  for (let n = 0; n < 12; n += 1) {
    await harness.local.fabric.createVm({ ...smallVm, name: `more-${n}`, disks: [emptyDisk] });
  }
  const after = await requestsOf(async () => {
    expect(await inventory()).toHaveLength(16);
  });
  // The list of sizes was kept.
  expect(after).toEqual(before.filter((one) => !one.includes("skus")));
});

test("an inventory and a single read find the same facts", async () => {
  const listed = (await inventory()).find(({ vm }) => vm.name === "lin");
  if (listed === undefined) throw new Error("The VM is not in the list.");
  const vm = await requireVm(harness.azure, vmId("lin"));
  const facts = vmFactsOf(vm, await inspectDisks(harness.azure, vm));
  expect(vmFactsOf(listed.vm, listed.disks ?? [])).toEqual(facts);
  expect(facts.disks.map(({ storage, facts: disk }) => [storage, disk?.sizeBytes])).toEqual([
    ["managed", 64 * MIB],
    ["managed", 32 * MIB],
  ]);
});

test("the configuration of a VM has its user data, its extensions and its network interfaces", async () => {
  const vm = await requireVm(harness.azure, vmId("lin"));
  const whole = await readVmConfiguration(harness.azure, vm);
  expect(whole).toMatchObject({
    name: "lin",
    properties: { vmId: vm.azureVmId, storageProfile: { osDisk: {} } },
    resources: [],
    networkInterfaces: vm.traits.networkInterfaceIds.map((id) => ({ id })),
  });
  expect(JSON.stringify(whole)).not.toContain("PowerState");
});
