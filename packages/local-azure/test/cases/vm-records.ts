/** VMs, extensions and run command as Compute answers them, and VMs that change their group. */
import { expect } from "vitest";
import { matching } from "../matchers.ts";
import { type Azure, at, compute, groupPath, REGION, SUB, text } from "./azure.ts";
import { type Case, guid, refused, sources } from "./case.ts";

const subscription = `/subscriptions/${SUB}`;
const access = { publisher: "Microsoft.OSTCExtensions", type: "VMAccessForLinux", typeHandlerVersion: "1.2" };

/** A new running VM: the rules of the others do not see it. */
const newVm = (azure: Azure, os: "linux" | "windows" = "linux"): Promise<string> =>
  azure.vm(`rec-${crypto.randomUUID().slice(0, 8)}`, { os });

const put = (azure: Azure, path: string, properties: object): ReturnType<Azure["put"]> =>
  azure.put(path, { body: { location: REGION, properties } });

export const vmRecords: readonly Case[] = [
  {
    says: "A Linux agent and a Windows agent report in their own words, in whole seconds",
    source: sources.extension,
    run: async (azure) => {
      const words: [string, string][] = [
        [compute("virtualMachines/web"), "Guest Agent is running"],
        [compute("virtualMachines/win"), "GuestAgent is running and processing the extensions."],
      ];
      for (const [vm, message] of words) {
        const view = await azure.get(`${vm}/instanceView`);
        expect(at(view, "vmAgent.statuses.0")).toEqual({
          code: "ProvisioningState/succeeded",
          level: "Info",
          displayStatus: "Ready",
          message,
          time: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
        });
      }
    },
  },
  {
    says: "An agent that does not report: Not Ready, version Unknown, no handlers, no name",
    source: "azure/virtual-machines/troubleshooting vm agent",
    run: async (azure) => {
      const vm = await newVm(azure);
      await azure.control.setGuest({ vm: text(vm.split("/").at(-1)), agent: "NotReady" });
      const view = await azure.get(`${vm}/instanceView`);
      expect(at(view, "vmAgent")).toMatchObject({
        vmAgentVersion: "Unknown",
        statuses: [
          {
            code: "ProvisioningState/Unavailable",
            level: "Warning",
            displayStatus: "Not Ready",
            message: "VM status blob is found but not yet populated.",
          },
        ],
        extensionHandlers: [],
      });
      expect(at(view, "computerName")).toBeUndefined();
      expect(at(view, "statuses.1.code")).toBe("PowerState/running");
      const body = { commandId: "RunShellScript", script: ["true"] };
      refused(await azure.post(`${vm}/runCommand`, { body }), 409, { code: "OperationNotAllowed" });
    },
  },
  {
    says: "A VM that is deallocated has no agent in its view, and keeps disks and states",
    source: sources.states,
    run: async (azure) => {
      const vm = await newVm(azure);
      await azure.done("POST", `${vm}/deallocate`);
      const view = await azure.get(`${vm}/instanceView`);
      expect(at(view, "vmAgent")).toBeUndefined();
      expect(at(view, "disks.0.statuses.0.code")).toBe("ProvisioningState/succeeded");
      expect(at(view, "statuses.1")).toEqual({
        code: "PowerState/deallocated",
        level: "Info",
        displayStatus: "VM deallocated",
      });
      expect((await azure.done("POST", `${vm}/start`)).status).toBe(202);
    },
  },
  {
    says: "An extension is in its own answer, in the VM's resources, in the view and among the handlers",
    source: sources.extension,
    run: async (azure) => {
      const vm = await newVm(azure);
      const path = `${vm}/extensions/VMAccessForLinux`;
      const properties = {
        autoUpgradeMinorVersion: true,
        enableAutomaticUpgrade: false,
        forceUpdateTag: "c11a5d3a-1e08-4ea0-831c-5032af7f1b74",
        ...access,
      };
      const made = await put(azure, path, { ...properties, protectedSettings: { username: "foouser1" } });
      const answer = (provisioningState: string): object => ({
        name: "VMAccessForLinux",
        id: path,
        type: "Microsoft.Compute/virtualMachines/extensions",
        location: REGION,
        properties: { ...properties, provisioningState },
      });
      expect([made.status, made.json]).toEqual([201, answer("Creating")]);
      expect(made.headers.get("x-ms-ratelimit-remaining-resource")).toMatch(
        /^Microsoft\.Compute\/UpdateVMSubscriptionMaximum;\d+,Microsoft\.Compute\/UpdateVMResource;11$/,
      );
      await azure.finish(made);
      expect((await azure.get(path)).json).toEqual(answer("Succeeded"));
      const found = await azure.get(`${vm}?$expand=instanceView`);
      expect(at(found, "resources")).toEqual([answer("Succeeded")]);
      const view = {
        name: "VMAccessForLinux",
        type: "Microsoft.OSTCExtensions.VMAccessForLinux",
        typeHandlerVersion: matching(/^1\.\d+\.\d+/),
        statuses: [
          {
            code: "ProvisioningState/succeeded",
            level: "Info",
            displayStatus: "Provisioning succeeded",
            message: "Enable succeeded.",
          },
        ],
      };
      expect(at(found, "properties.instanceView.extensions")).toEqual([view]);
      expect(at(await azure.get(`${path}?$expand=instanceView`), "properties.instanceView")).toEqual(view);
      expect(at(found, "properties.instanceView.vmAgent.extensionHandlers.0.status")).toEqual({
        code: "ProvisioningState/succeeded",
        level: "Info",
        displayStatus: "Ready",
        message: "Plugin enabled",
      });
      await azure.done("DELETE", path);
      const left = await azure.get(`${vm}?$expand=instanceView`);
      expect([at(left, "resources"), at(left, "properties.instanceView.extensions")]).toEqual([
        undefined,
        undefined,
      ]);
      expect((await azure.get(path)).status).toBe(404);
    },
  },
  {
    says: "An extension that fails: the operation has Compute's sentence, the view the handler's report",
    source: "kubernetes-sigs/cluster-api-provider-azure#5367",
    run: async (azure) => {
      const vm = await newVm(azure);
      await azure.control.setGuest({
        vm: text(vm.split("/").at(-1)),
        extensionOutcomes: { vmaccessforlinux: "fails" },
      });
      const path = `${vm}/extensions/VMAccessForLinux`;
      const status = await azure.finish(await put(azure, path, access));
      const report =
        "Enable failed: failed to execute command: command terminated with exit status=1\n[stdout]\n\n[stderr]\n";
      expect([at(status, "status"), at(status, "error")]).toEqual([
        "Failed",
        {
          code: "VMExtensionProvisioningError",
          message: `VM has reported a failure when processing extension 'VMAccessForLinux' (publisher 'Microsoft.OSTCExtensions' and type 'VMAccessForLinux'). Error message: '${report}'. More information on troubleshooting is available at https://aka.ms/vmextensionlinuxtroubleshoot. `,
        },
      ]);
      const failed = await azure.get(`${path}?$expand=instanceView`);
      expect(at(failed, "properties.provisioningState")).toBe("Failed");
      expect(at(failed, "properties.instanceView.statuses")).toEqual([
        {
          code: "ProvisioningState/failed",
          level: "Error",
          displayStatus: "Provisioning failed",
          message: report,
        },
      ]);
    },
  },
  {
    says: "An operation of Compute names caller and region with a new id in each answer",
    source: sources.extension,
    run: async (azure) => {
      const vm = await newVm(azure);
      const begun = await azure.post(`${vm}/restart`);
      expect(begun.status).toBe(202);
      const named = begun.headers.get("x-ms-operation-identifier") ?? "";
      const [, tenant = "", object = "", region, id = ""] =
        /^tenantId=([^,]+),objectId=([^/]+)\/([^/]+)\/(.+)$/.exec(named) ?? [];
      for (const value of [tenant, object, id]) expect(value).toMatch(guid);
      expect(region).toBe(REGION);
      const polled = await azure.get(azure.link(begun));
      expect(polled.headers.get("x-ms-operation-identifier")).not.toBe(named);
      expect(polled.headers.get("x-ms-ratelimit-remaining-resource")).toBe(
        "Microsoft.Compute/GetOperationResource;44,Microsoft.Compute/GetOperationSubscriptionMaximum;14999",
      );
      await azure.finish(begun);
    },
  },
  {
    says: "Operations of power end without output; their Location with 200 and nothing",
    source: sources.specification,
    run: async (azure) => {
      const vm = await newVm(azure);
      for (const action of ["powerOff", "start", "reapply", "redeploy", "deallocate"]) {
        const begun = await azure.post(`${vm}/${action}`);
        expect([action, begun.status, begun.text]).toEqual([action, 202, ""]);
        expect(begun.headers.get("azure-asyncnotification")).toBe("Enabled");
        const ended = await azure.finish(begun);
        expect([action, at(ended, "status"), at(ended, "properties")]).toEqual([
          action,
          "Succeeded",
          undefined,
        ]);
        const result = await azure.get(begun.headers.get("location") ?? "");
        expect([action, result.status, result.text]).toEqual([action, 200, ""]);
      }
    },
  },
  {
    says: "Data disks move with their VM: new ids, the same unique ids, and the old ids are gone",
    source: "azure/azure-resource-manager/management/move-resource-group-and-subscription",
    run: async (azure) => {
      const vm = await azure.vm("mover", { disks: 2 });
      const target = `${subscription}/resourceGroups/moved-rg`;
      await azure.put(target, { body: { location: REGION } });
      const before = await azure.get(vm);
      const disks = [compute("disks/mover-os"), compute("disks/mover-data0")];
      const collection = compute("restorePointCollections/of-mover");
      await put(azure, collection, { source: { id: vm } });
      const move = (resources: string[]): ReturnType<Azure["post"]> =>
        azure.post(`${groupPath}/moveResources`, { body: { resources, targetResourceGroup: target } });
      const alone = await move([vm]);
      expect(alone.status).toBe(202);
      await azure.advance(20);
      const ended = await azure.get(alone.headers.get("location") ?? "");
      refused(ended, 409, {
        code: "ResourceMoveProviderValidationFailed",
        says: /^Resource move validation failed\. Please see details\. Diagnostic information: timestamp '\d{8}T\d{6}Z', subscription id '[0-9a-f-]{36}', tracking id '[0-9a-f-]{36}', request correlation id '[0-9a-f-]{36}'\.$/,
      });
      expect(at(ended, "error.details.0.target")).toBe("Microsoft.Compute/disks");
      expect(text(at(ended, "error.details.0.message"))).toContain(
        '{"error":{"details":[{"code":"MissingMoveDependentResources"',
      );
      await move([vm, ...disks]);
      await azure.advance(20);
      refused(await azure.get(vm), 404, { code: "ResourceNotFound" });
      const moved = vm.replace(groupPath, target);
      const after = await azure.get(moved);
      expect(at(after, "properties.vmId")).toBe(at(before, "properties.vmId"));
      expect(at(after, "properties.storageProfile.dataDisks.0.managedDisk.id")).toBe(
        `${target}/providers/Microsoft.Compute/disks/mover-data0`,
      );
      expect((await azure.done("POST", `${moved}/restart`)).status).toBe(202);
      expect(at(await azure.get(collection), "properties.source.id")).toBe(vm);
      const point = await put(azure, `${collection}/restorePoints/late`, {
        consistencyMode: "CrashConsistent",
      });
      expect(point.status).toBeGreaterThanOrEqual(400);
    },
  },
];
