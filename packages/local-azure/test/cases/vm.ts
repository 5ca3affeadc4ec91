/** VMs: their JSON, power, changes, extensions and run command. */
import { expect } from "vitest";
import { type Azure, at, compute, fieldsOf, REGION, RG, SUB, text } from "./azure.ts";
import { azureTime, guid, type Kind, refused, sources } from "./case.ts";

const web = compute("virtualMachines/web");
const win = compute("virtualMachines/win");
const vms = `/subscriptions/${SUB}/providers/Microsoft.Compute/virtualMachines`;

async function statusCodes(azure: Azure, vm: string): Promise<string[]> {
  const view = await azure.get(`${vm}/instanceView`);
  const statuses = at(view, "statuses");
  return Array.isArray(statuses) ? statuses.map((status) => text(at(status, "code"))) : [];
}

export const vm: Kind = {
  name: "vm",
  seed: async (azure) => {
    await azure.vm("web", { disks: 2 });
    await azure.vm("win", { os: "windows" });
  },
  cases: [
    {
      says: "A VM has its id, type, place, size, disks, system, network and state",
      source: sources.runCommand,
      run: async (azure) => {
        const vm = await azure.get(web);
        expect(vm.status).toBe(200);
        expect(vm.json).toMatchObject({
          name: "web",
          id: web,
          type: "Microsoft.Compute/virtualMachines",
          location: REGION,
        });
        expect(at(vm, "properties.vmId")).toMatch(guid);
        expect(at(vm, "properties")).toMatchObject({
          hardwareProfile: { vmSize: "Standard_D2s_v5" },
          osProfile: {
            computerName: "web",
            secrets: [],
            allowExtensionOperations: true,
            requireGuestProvisionSignal: true,
          },
          provisioningState: "Succeeded",
        });
        expect(at(vm, "properties.storageProfile.osDisk")).toMatchObject({
          osType: "Linux",
          name: "web-os",
          caching: "ReadWrite",
          managedDisk: { storageAccountType: "Premium_LRS", id: compute("disks/web-os") },
        });
        expect(at(vm, "properties.storageProfile.dataDisks.0")).toMatchObject({
          lun: 0,
          createOption: "Attach",
          toBeDetached: false,
        });
        expect(at(vm, "properties.instanceView")).toBeUndefined();
        expect(vm.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
          /^Microsoft\.Compute\/LowCostGetSubscriptionMaximum;\d+,Microsoft\.Compute\/LowCostGetResource;\d+$/,
        );
      },
    },
    {
      says: "The instance view has agent, disks and states, with times in seven digits",
      source: sources.runCommand,
      run: async (azure) => {
        const vm = await azure.get(`${web}?$expand=instanceView`);
        expect(at(vm, "properties.instanceView.vmAgent.statuses.0")).toMatchObject({
          code: "ProvisioningState/succeeded",
          level: "Info",
          displayStatus: "Ready",
        });
        expect(at(vm, "properties.instanceView.disks.0.statuses.0.time")).toMatch(azureTime);
        expect(at(vm, "properties.instanceView.statuses.0.displayStatus")).toBe("Provisioning succeeded");
        expect(at(vm, "properties.instanceView.statuses.1")).toEqual({
          code: "PowerState/running",
          level: "Info",
          displayStatus: "VM running",
        });
        const alone = await azure.get(`${web}/instanceView`);
        expect(at(alone, "statuses.1.code")).toBe("PowerState/running");
      },
    },
    {
      says: "All VMs of a subscription come with instance views on request, or with statuses only",
      source: sources.states,
      run: async (azure) => {
        const expanded = await azure.get(`${vms}?$expand=instanceView`);
        expect(at(expanded, "value.0.properties.instanceView.statuses.1.code")).toBe("PowerState/running");
        const statusOnly = await azure.get(`${vms}?statusOnly=true`);
        expect(at(statusOnly, "value.0.properties.instanceView.statuses.1.code")).toBe("PowerState/running");
        const plain = await azure.get(compute("virtualMachines"));
        expect(at(plain, "value.0.properties.instanceView")).toBeUndefined();
        expect(statusOnly.headers.get("x-ms-ratelimit-remaining-resource")).toContain(
          "Microsoft.Compute/HighCostGetSubscriptionMaximum;",
        );
      },
    },
    {
      says: "The network interfaces of a VM can be read",
      source: sources.restorePoint,
      run: async (azure) => {
        const vm = await azure.get(web);
        const id = text(at(vm, "properties.networkProfile.networkInterfaces.0.id"));
        const nic = await azure.get(id, { version: "2022-01-01" });
        expect(nic.status).toBe(200);
        expect(at(nic, "properties.virtualMachine.id")).toBe(web);
        expect(at(nic, "properties.ipConfigurations.0.properties.privateIPAddress")).toMatch(
          /^\d+\.\d+\.\d+\.\d+$/,
        );
      },
    },
    {
      says: "Stopping takes an operation; PowerState goes through stopping to stopped, and billing ends with deallocated",
      source: sources.states,
      run: async (azure) => {
        const stop = await azure.post(`${win}/powerOff`);
        expect(stop.status).toBe(202);
        expect(stop.text).toBe("");
        expect(stop.headers.get("azure-asyncnotification")).toBe("Enabled");
        expect(await statusCodes(azure, win)).toEqual(["ProvisioningState/updating", "PowerState/stopping"]);
        await azure.finish(stop);
        expect(await statusCodes(azure, win)).toEqual(["ProvisioningState/succeeded", "PowerState/stopped"]);
        const free = await azure.post(`${win}/deallocate`);
        expect((await statusCodes(azure, win))[1]).toBe("PowerState/deallocating");
        await azure.finish(free);
        expect((await statusCodes(azure, win))[1]).toBe("PowerState/deallocated");
        expect(at(await azure.get(compute("disks/win-os")), "properties.diskState")).toBe("Reserved");
        await azure.done("POST", `${win}/start`);
        expect((await statusCodes(azure, win))[1]).toBe("PowerState/running");
        expect(at(await azure.get(compute("disks/win-os")), "properties.diskState")).toBe("Attached");
      },
    },
    {
      says: "PATCH of tags keeps the rest and answers 200",
      source: sources.specification,
      run: async (azure) => {
        const answer = await azure.patch(web, { body: { tags: { owner: "me" } } });
        expect([answer.status, at(answer, "tags")]).toEqual([200, { owner: "me" }]);
        if (answer.headers.has("azure-asyncoperation")) await azure.finish(answer);
        expect(at(await azure.get(web), "tags.owner")).toBe("me");
      },
    },
    {
      says: "PUT of an existing VM with what GET returned changes it",
      source: "azure-cli vm update",
      run: async (azure) => {
        const vm = await azure.get(web);
        const body = { ...fieldsOf(vm), tags: { again: "yes" } };
        const answer = await azure.put(web, { body });
        expect([answer.status, at(answer, "properties.provisioningState")]).toEqual([200, "Updating"]);
        await azure.finish(answer);
        expect(at(await azure.get(web), "tags")).toEqual({ again: "yes" });
      },
    },
    {
      says: "An unknown property of a VM is refused with its path",
      source: sources.specification,
      run: async (azure) => {
        const answer = await azure.patch(web, { body: { properties: { nonsense: 1 } } });
        expect(answer.status).toBe(400);
        expect(text(at(answer, "error.message"))).toContain(
          "Could not find member 'nonsense' on object of type",
        );
        expect(text(at(answer, "error.message"))).toContain("Path 'properties.nonsense', line 1, position ");
      },
    },
    {
      says: "A size that does not exist: InvalidParameter names it and the region",
      source: "Azure/azure-cli#19379",
      run: async (azure) =>
        refused(
          await azure.patch(web, { body: { properties: { hardwareProfile: { vmSize: "Standard_Nope" } } } }),
          400,
          {
            code: "InvalidParameter",
            says: "The value Standard_Nope provided for the VM size is not valid.",
          },
        ),
    },
    {
      says: "A stale ETag: 412",
      source: sources.specification,
      run: async (azure) => {
        const answer = await azure.patch(web, { body: { tags: {} }, headers: { "if-match": '"99999"' } });
        expect(answer.status).toBe(412);
      },
    },
    {
      says: "A data disk is attached by an operation whose result is the storage profile",
      source: sources.specification,
      run: async (azure) => {
        await azure.disk("extra");
        const body = { dataDisksToAttach: [{ diskId: compute("disks/extra"), lun: 5 }] };
        const begun = await azure.post(`${web}/attachDetachDataDisks`, { body });
        expect(begun.status).toBe(202);
        const status = await azure.finish(begun);
        expect(at(status, "properties.output.dataDisks.1.lun")).toBe(5);
        const disk = await azure.get(compute("disks/extra"));
        expect([at(disk, "managedBy"), at(disk, "properties.diskState")]).toEqual([web, "Attached"]);
        await azure.done("POST", `${web}/attachDetachDataDisks`, {
          body: { dataDisksToDetach: [{ diskId: compute("disks/extra") }] },
        });
        expect(at(await azure.get(compute("disks/extra")), "properties.diskState")).toBe("Unattached");
      },
    },
    {
      says: "A zonal disk is not attached to a VM without that zone: 400 BadRequest",
      source: "hashicorp/terraform-provider-azurerm#4042",
      run: async (azure) => {
        await azure.disk("zonal", { zones: ["2"] });
        const body = { dataDisksToAttach: [{ diskId: compute("disks/zonal"), lun: 6 }] };
        refused(await azure.post(`${web}/attachDetachDataDisks`, { body }), 400, {
          code: "BadRequest",
          says: "zone",
        });
      },
    },
    {
      says: "A disk that is attached is neither deleted nor attached elsewhere",
      source: sources.armErrors,
      run: async (azure) => {
        refused(await azure.del(compute("disks/web-os")), 409, {
          code: "OperationNotAllowed",
          says: `Disk web-os is attached to VM ${web}.`,
        });
        const body = { dataDisksToAttach: [{ diskId: compute("disks/web-data0"), lun: 7 }] };
        refused(await azure.post(`${win}/attachDetachDataDisks`, { body }), 409, {
          code: "ConflictingUserInput",
        });
      },
    },
    {
      says: "User data comes on request only",
      source: sources.specification,
      run: async (azure) => {
        const userData = Buffer.from("#cloud-config").toString("base64");
        await azure.done("PATCH", web, { body: { properties: { userData } } });
        expect(at(await azure.get(web), "properties.userData")).toBeUndefined();
        expect(at(await azure.get(`${web}?$expand=userData`), "properties.userData")).toBe(userData);
      },
    },
    {
      says: "Upper-case groups find the same VM",
      source: "Azure/azure-sdk-for-java#32386",
      run: async (azure) => {
        const answer = await azure.get(web.replace(RG, RG.toUpperCase()));
        expect(at(answer, "name")).toBe("web");
      },
    },
  ],
};
