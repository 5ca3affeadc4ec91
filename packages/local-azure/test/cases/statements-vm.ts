/** What a VM's place, size, disks, network and group allow. */
import { expect } from "vitest";
import { type Answer, type Azure, at, compute, groupPath, type Json, REGION, SUB, text } from "./azure.ts";
import { type Kind, refused, sources } from "./case.ts";

export const vmPath = (name: string): string => compute(`virtualMachines/${name}`);
const subscription = `/subscriptions/${SUB}`;
const network = "2022-01-01";
const OTHER = `${subscription}/resourceGroups/moved-rg`;

const attach = (azure: Azure, vm: string, disk: object): Promise<Answer> =>
  azure.post(`${vmPath(vm)}/attachDetachDataDisks`, { body: { dataDisksToAttach: [disk] } });
const resize = (azure: Azure, vm: string, vmSize: string): Promise<Answer> =>
  azure.patch(vmPath(vm), { body: { properties: { hardwareProfile: { vmSize } } } });
const values = (answer: Answer): Json[] => {
  const list = at(answer, "value");
  return Array.isArray(list) ? list : [];
};
/** The code with which a call or its operation ends. */
async function codeOf(azure: Azure, answer: Answer): Promise<string> {
  const end = answer.status < 300 ? await azure.finish(answer) : answer;
  return text(at(end, "error.code"));
}

export const statementsVm: Kind = {
  name: "vm, statements",
  seed: async (azure) => {
    await azure.vm("web", { disks: 2 });
    await azure.vm("zonal", { zones: ["1"] });
    await azure.vm("win", { os: "windows" });
    await azure.vm("off", { stopped: true });
  },
  cases: [
    {
      says: "A disk in the VM's zone or without one is attached or refused as the zone says",
      source: "hashicorp/terraform-provider-azurerm#4042",
      run: async (azure) => {
        const same = await azure.disk("same-zone", { zones: ["1"] });
        await azure.finish(await attach(azure, "zonal", { diskId: same }));
        expect(at(await azure.get(same), "managedBy")).toBe(vmPath("zonal"));
        const none = await azure.disk("no-zone");
        refused(await attach(azure, "zonal", { diskId: none }), 400, { code: "BadRequest", says: "zone" });
        const other = await azure.disk("other-zone", { zones: ["2"] });
        refused(await attach(azure, "zonal", { diskId: other }), 400, { code: "BadRequest", says: "zone" });
      },
    },
    {
      says: "A zone-redundant disk is attached to a zonal VM",
      source: "virtual-machines/disks-redundancy",
      run: async (azure) => {
        const disk = await azure.disk("everywhere", { sku: { name: "Premium_ZRS" } });
        await azure.finish(await attach(azure, "zonal", { diskId: disk }));
        expect(at(await azure.get(disk), "properties.diskState")).toBe("Attached");
      },
    },
    {
      says: "A shared disk is attached to two VMs and names both",
      source: "virtual-machines/disks-shared",
      run: async (azure) => {
        const disk = await azure.disk("shared", {
          sku: { name: "Premium_LRS" },
          properties: { diskSizeGB: 256, maxShares: 2 },
        });
        await azure.finish(await attach(azure, "web", { diskId: disk, caching: "None" }));
        await azure.finish(await attach(azure, "win", { diskId: disk, caching: "None" }));
        expect(at(await azure.get(disk), "managedByExtended")).toEqual([vmPath("web"), vmPath("win")]);
        expect((await attach(azure, "off", { diskId: disk, caching: "None" })).status).toBe(409);
      },
    },
    {
      says: "The array of data disks of a PATCH is the whole: what is missing is detached",
      source: sources.specification,
      run: async (azure) => {
        await azure.vm("array", { disks: 2 });
        const extra = await azure.disk("array-extra");
        const dataDisks = [{ lun: 4, createOption: "Attach", managedDisk: { id: extra } }];
        const answer = await azure.patch(vmPath("array"), {
          body: { properties: { storageProfile: { dataDisks } } },
        });
        expect(answer.status).toBe(200);
        await azure.finish(answer);
        const vm = await azure.get(vmPath("array"));
        expect(at(vm, "properties.storageProfile.dataDisks.0.lun")).toBe(4);
        expect(at(vm, "properties.storageProfile.dataDisks.1")).toBeUndefined();
        expect(at(await azure.get(compute("disks/array-data0")), "properties.diskState")).toBe("Unattached");
      },
    },
    {
      says: "A LUN is used once: 400; a VM has the number of data disks of its size: 409",
      source: sources.specification,
      run: async (azure) => {
        const disk = await azure.disk("lun");
        expect((await attach(azure, "web", { diskId: disk, lun: 0 })).status).toBe(400);
        const dataDisksToAttach = [];
        for (let index = 0; index < 5; index++)
          dataDisksToAttach.push({ diskId: await azure.disk(`many${index}`) });
        const answer = await azure.post(`${vmPath("win")}/attachDetachDataDisks`, {
          body: { dataDisksToAttach },
        });
        refused(answer, 409, {
          code: "OperationNotAllowed",
          says: "The maximum number of data disks allowed to be attached to a VM of this size is 4.",
        });
      },
    },
    {
      says: "A size changes in its cluster while the VM runs, elsewhere after deallocation",
      source: "virtual-machines/resize-vm",
      run: async (azure) => {
        await azure.vm("sized");
        await azure.finish(await resize(azure, "sized", "Standard_D4s_v5"));
        expect(at(await azure.get(vmPath("sized")), "properties.hardwareProfile.vmSize")).toBe(
          "Standard_D4s_v5",
        );
        refused(await resize(azure, "sized", "Standard_D2as_v5"), 409, {
          code: "OperationNotAllowed",
          says: "Unable to resize the VM sized because the requested size Standard_D2as_v5 is not available in the current hardware cluster.",
        });
        await azure.done("POST", `${vmPath("sized")}/deallocate`);
        await azure.finish(await resize(azure, "sized", "Standard_D2as_v5"));
        const sizes = await azure.get(`${vmPath("sized")}/vmSizes`);
        expect(values(sizes).map((size) => at(size, "name"))).toContain("Standard_D2s_v5");
      },
    },
    {
      says: "A size that its subscription may not use: SkuNotAvailable; without free hosts: AllocationFailed",
      source: "azure-resource-manager/troubleshooting/error-sku-not-available",
      run: async (azure) => {
        await azure.control.settings({ restrictedSizes: ["Standard_D2s_v5"] });
        const start = `${vmPath("off")}/start`;
        refused(await azure.post(start), 409, {
          code: "SkuNotAvailable",
          says: `is currently not available in location '${REGION}'`,
        });
        await azure.control.settings({ restrictedSizes: [], exhaustedSizes: ["Standard_D2s_v5"] });
        expect(await codeOf(azure, await azure.post(start))).toBe("AllocationFailed");
        await azure.control.settings({ exhaustedSizes: [] });
      },
    },
    {
      says: "More cores than approved: 409 OperationNotAllowed with the family, limit and usage",
      source: "Azure/azure-cli#20131",
      run: async (azure) => {
        await azure.control.settings({ coresPerFamily: 1 });
        refused(await azure.post(`${vmPath("off")}/start`), 409, {
          code: "OperationNotAllowed",
          says: /^Operation could not be completed as it results in exceeding approved standardDSv5Family Cores quota\. Additional details - Deployment Model: Resource Manager, Location: westeurope, Current Limit: 1, Current Usage: \d+, Additional Required: 2, /,
        });
        await azure.control.settings({ coresPerFamily: 350 });
      },
    },
    {
      says: "QuotaExceeded can be made to happen",
      source: sources.armErrors,
      run: async (azure) => {
        await azure.control.addFault({
          match: { operation: "disks.createOrUpdate" },
          effect: { type: "refuse", reason: "QuotaExceeded" },
          times: 1,
        });
        refused(await azure.put(compute("disks/q"), { body: { location: REGION, properties: {} } }), 409, {
          code: "QuotaExceeded",
        });
      },
    },
    {
      says: "An interface leads to its address, subnet, network and security group; lists have it",
      source: "azure-cli vm show -d",
      run: async (azure) => {
        const vm = await azure.get(vmPath("web"));
        const nicId = text(at(vm, "properties.networkProfile.networkInterfaces.0.id"));
        const read = (path: string): Promise<Answer> => azure.get(path, { version: network });
        const nic = await read(nicId);
        const subnetId = text(at(nic, "properties.ipConfigurations.0.properties.subnet.id"));
        const subnet = await read(subnetId);
        expect([subnet.status, at(subnet, "name")]).toEqual([200, "default"]);
        expect((await read(subnetId.split("/subnets/")[0] ?? "")).status).toBe(200);
        const all = await read(`${subscription}/providers/Microsoft.Network/networkInterfaces`);
        expect(values(all).map((each) => at(each, "id"))).toContain(nicId);
        for (const type of ["publicIPAddresses", "networkSecurityGroups", "virtualNetworks"])
          expect((await read(`${groupPath}/providers/Microsoft.Network/${type}`)).status).toBe(200);
        expect(text(at(nic, "properties.networkSecurityGroup.id"))).toContain("/networkSecurityGroups/");
      },
    },
    {
      says: "Availability sets and images are listed; sizes, SKUs and usages too",
      source: sources.specification,
      run: async (azure) => {
        for (const path of [
          compute("availabilitySets"),
          `${subscription}/providers/Microsoft.Compute/images`,
        ])
          expect(values(await azure.get(path))).toEqual([]);
        const place = `${subscription}/providers/Microsoft.Compute/locations/${REGION}`;
        expect(values(await azure.get(`${place}/vmSizes`)).length).toBeGreaterThan(10);
        const usages = await azure.get(`${place}/usages`);
        expect(values(usages).map((usage) => at(usage, "name.value"))).toContain("cores");
        const skus = await azure.get(
          `${subscription}/providers/Microsoft.Compute/skus?$filter=location eq '${REGION}'`,
          { version: "2021-07-01" },
        );
        expect(values(skus).some((sku) => at(sku, "resourceType") === "disks")).toBe(true);
        expect(values(skus).some((sku) => at(sku, "name") === "Standard_D2s_v5")).toBe(true);
      },
    },
    {
      says: "A VM moves to another group with its disks and interface: new ids, the same vmId",
      source: "azure-resource-manager/management/move-resource-group-and-subscription",
      run: async (azure) => {
        await azure.vm("mover");
        await azure.put(OTHER, { body: { location: REGION } });
        const before = await azure.get(vmPath("mover"));
        const nic = text(at(before, "properties.networkProfile.networkInterfaces.0.id"));
        const resources = [vmPath("mover"), compute("disks/mover-os"), nic];
        const move = await azure.post(`${groupPath}/moveResources`, {
          version: "2022-09-01",
          body: { resources, targetResourceGroup: OTHER },
        });
        expect(move.status).toBe(202);
        await azure.advance(60);
        const id = vmPath("mover").replace(groupPath, OTHER);
        let after = await azure.get(id);
        for (let tries = 0; after.status !== 200 && tries < 100; tries++) after = await azure.get(id);
        expect([at(after, "id"), at(after, "properties.vmId")]).toEqual([
          id,
          text(at(before, "properties.vmId")),
        ]);
        expect(at(await azure.get(compute("disks/mover-os").replace(groupPath, OTHER)), "managedBy")).toBe(
          id,
        );
        refused(await azure.get(vmPath("mover")), 404, { code: "ResourceNotFound" });
      },
    },
    {
      says: "Creating a VM and swapping its OS disk are not here: 501",
      source: "deliberate difference",
      run: async (azure) => {
        expect((await azure.put(vmPath("new"), { body: { location: REGION, properties: {} } })).status).toBe(
          501,
        );
        const os = await azure.disk("os2", { properties: { osType: "Linux", hyperVGeneration: "V2" } });
        const osDisk = { name: "os2", createOption: "FromImage", managedDisk: { id: os } };
        await azure.done("POST", `${vmPath("win")}/deallocate`);
        const swap = { properties: { storageProfile: { osDisk } } };
        expect((await azure.patch(vmPath("win"), { body: swap })).status).toBe(501);
        await azure.done("POST", `${vmPath("win")}/start`);
      },
    },
    {
      says: "Premium SSD v2 is attached to a VM in a zone only, without caching",
      source: "virtual-machines/disks-types",
      run: async (azure) => {
        const disk = await azure.disk("v2", { sku: { name: "PremiumV2_LRS" }, zones: ["1"] });
        expect((await attach(azure, "web", { diskId: disk })).status).toBe(400);
        expect((await attach(azure, "zonal", { diskId: disk, caching: "ReadOnly" })).status).toBe(400);
        await azure.finish(await attach(azure, "zonal", { diskId: disk, caching: "None" }));
      },
    },
    {
      says: "A region is found in any letter case",
      source: "Azure/azure-sdk-for-java#32386",
      run: async (azure) => {
        const place = `${subscription}/providers/Microsoft.Compute/locations/WestEurope`;
        const names = values(await azure.get(`${place}/virtualMachines`)).map((vm) => at(vm, "name"));
        expect(names).toContain("web");
      },
    },
    {
      says: "A second extension of one handler: 400 BadRequest, on Windows too",
      source: sources.extension,
      run: async (azure) => {
        const body = {
          location: REGION,
          properties: {
            publisher: "Microsoft.Compute",
            type: "CustomScriptExtension",
            typeHandlerVersion: "1.10",
            autoUpgradeMinorVersion: true,
          },
        };
        await azure.done("PUT", `${vmPath("win")}/extensions/one`, { body });
        refused(await azure.put(`${vmPath("win")}/extensions/two`, { body }), 400, {
          code: "BadRequest",
          says: "Multiple VMExtensions per handler not supported for OS type 'Windows'.",
        });
        refused(await azure.put(`${vmPath("win")}/extensions/x`, { body: { ...body, nonsense: 1 } }), 400, {
          code: "InvalidRequestContent",
          says: "Could not find member 'nonsense'",
        });
      },
    },
  ],
};
