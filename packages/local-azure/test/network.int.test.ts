import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NetworkManagementClient } from "@azure/arm-network";
import { expect, test } from "vitest";
import { z } from "zod";
import { startLocalAzure } from "../src/index.ts";
import { GROUP, plainEntra, rewriting, SUBSCRIPTION, TOKEN, useLab } from "./lab.ts";
import { rawRequest } from "./raw.ts";
import { makeVm, refusal } from "./vm-lab.ts";

const lab = useLab();
const network = () =>
  new NetworkManagementClient(
    { getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    SUBSCRIPTION,
    { httpClient: rewriting(lab.azure.url), retryOptions: { maxRetries: 0 } },
  );
const namesOf = async (list: AsyncIterable<{ name?: string }>) => {
  const names: string[] = [];
  for await (const { name = "" } of list) names.push(name);
  return names;
};

test("a VM's interface leads to its addresses, subnet, network and security group", async () => {
  const vm = await makeVm(lab, "web", { network: { publicIp: true, openPorts: [443] } });
  await makeVm(lab, "db");
  const [reference] =
    (await lab.arm.virtualMachines.get(GROUP, "web")).networkProfile?.networkInterfaces ?? [];
  expect(reference).toMatchObject({ primary: true, deleteOption: "Detach" });
  const nic = await network().networkInterfaces.get(GROUP, "web-nic");
  expect([nic.id, nic.virtualMachine?.id, nic.primary]).toEqual([reference?.id, vm, true]);
  const [configuration] = nic.ipConfigurations ?? [];
  expect(configuration).toMatchObject({ privateIPAddress: "10.0.0.4", privateIPAllocationMethod: "Dynamic" });
  expect(configuration?.publicIPAddress?.ipAddress).toBeUndefined();
  const expanded = await network().networkInterfaces.get(GROUP, "web-nic", {
    expand: "IPConfigurations/PublicIPAddress,IPConfigurations/Subnet",
  });
  expect(expanded.ipConfigurations?.[0]).toMatchObject({
    publicIPAddress: { name: "web-ip", ipAddress: "203.0.113.4" },
    subnet: { name: "default", addressPrefix: "10.0.0.0/24" },
  });
  const address = await network().publicIPAddresses.get(GROUP, "web-ip");
  expect([address.ipAddress, address.sku?.name]).toEqual(["203.0.113.4", "Standard"]);
  const group = await network().networkSecurityGroups.get(GROUP, "web-nsg");
  expect(
    group.securityRules?.map(({ destinationPortRange, access }) => [destinationPortRange, access]),
  ).toEqual([["443", "Allow"]]);
  expect(group.defaultSecurityRules?.length).toBe(6);
  const [net = ""] = await namesOf(network().virtualNetworks.list(GROUP));
  expect(await namesOf(network().subnets.list(GROUP, net))).toEqual(["default"]);
  expect((await network().subnets.get(GROUP, net, "default")).ipConfigurations?.length).toBe(2);
  expect(await namesOf(network().networkInterfaces.listAll())).toEqual(["db-nic", "web-nic"]);
  expect(await namesOf(network().networkInterfaces.list(GROUP))).toEqual(["db-nic", "web-nic"]);
  expect(
    (await network().networkInterfaces.get(GROUP, "db-nic")).ipConfigurations?.[0]?.privateIPAddress,
  ).toBe("10.0.0.5");
});

test("an interface outlives its VM, unless its deleteOption is Delete; a used one cannot be deleted", async () => {
  await makeVm(lab, "web");
  await makeVm(lab, "db");
  expect(await refusal(network().networkInterfaces.delete(GROUP, "web-nic"))).toMatch(
    /^400 NicInUse: Network Interface .*\/web-nic is used by existing resource .*\/web\./,
  );
  const id = (await network().networkInterfaces.get(GROUP, "db-nic")).id ?? "";
  await lab.arm.virtualMachines.update(GROUP, "db", {
    networkProfile: { networkInterfaces: [{ id, deleteOption: "Delete" }] },
  });
  await lab.arm.virtualMachines.delete(GROUP, "web");
  await lab.arm.virtualMachines.delete(GROUP, "db");
  expect(await namesOf(network().networkInterfaces.list(GROUP))).toEqual(["web-nic"]);
  await network().networkInterfaces.delete(GROUP, "web-nic");
  expect(await namesOf(network().networkInterfaces.list(GROUP))).toEqual([]);
  expect(await refusal(network().networkInterfaces.get(GROUP, "web-nic"))).toMatch(/^404 ResourceNotFound/);
});

test("networks are read, not written; interfaces of a VM do not change", async () => {
  await makeVm(lab, "web");
  const nic = await network().networkInterfaces.get(GROUP, "web-nic");
  expect(await refusal(network().networkInterfaces.createOrUpdate(GROUP, "web-nic", nic))).toContain(
    "501 NotImplemented",
  );
  const change = lab.arm.virtualMachines.update(GROUP, "web", {
    networkProfile: { networkInterfaces: [{ id: `${nic.id}2` }] },
  });
  expect(await refusal(change)).toContain(
    "501 NotImplemented: The local Azure does not attach or detach network interfaces.",
  );
});

test("availability sets list their VMs; there are no images", async () => {
  const set = await lab.azure.fabric.ensureAvailabilitySet({
    subscriptionId: SUBSCRIPTION,
    resourceGroup: GROUP,
    location: "westeurope",
    name: "set",
  });
  const vm = await makeVm(lab, "web", { facts: { availabilitySetId: set.id } });
  const shown = await lab.arm.availabilitySets.get(GROUP, "set");
  expect(shown).toMatchObject({
    sku: { name: "Aligned" },
    platformFaultDomainCount: 2,
    virtualMachines: [{ id: vm }],
  });
  expect(await namesOf(lab.arm.availabilitySets.list(GROUP))).toEqual(["set"]);
  expect((await lab.arm.virtualMachines.instanceView(GROUP, "web")).platformFaultDomain).toBe(0);
  expect(await namesOf(lab.arm.images.list())).toEqual([]);
});

test("a state of an earlier version gets its network at the start", async () => {
  const id = await makeVm(lab, "web");
  const dataDir = join(lab.dir, "earlier");
  await cp(join(lab.dir, "data"), dataDir, { recursive: true });
  await rm(join(dataDir, "endpoint.json"), { force: true });
  const file = join(dataDir, "state.json");
  const state = z.record(z.string(), z.json()).parse(JSON.parse(await readFile(file, "utf8")));
  for (const name of ["networkInterfaces", "virtualNetworks", "networkSecurityGroups", "availabilitySets"])
    delete state[name];
  await writeFile(file, JSON.stringify(state));
  const earlier = await startLocalAzure({ dataDir, entra: plainEntra });
  const answer = await rawRequest(
    earlier.url,
    `${id.replace("Microsoft.Compute/virtualMachines/web", "Microsoft.Network/networkInterfaces/web-nic")}?api-version=2024-05-01`,
    { token: TOKEN },
  );
  await earlier.stop();
  expect(answer.body).toMatchObject({ properties: { virtualMachine: { id } } });
});
