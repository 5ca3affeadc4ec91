/** What runs in a VM: run command and extensions. */
import { expect } from "vitest";
import { type Azure, at, compute, REGION, SUB } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";

const web = compute("virtualMachines/web");
const win = compute("virtualMachines/win");

const extension = (publisher: string, type: string, typeHandlerVersion: string): object => ({
  location: REGION,
  properties: { publisher, type, typeHandlerVersion, autoUpgradeMinorVersion: true },
});
const customScript = extension("Microsoft.Azure.Extensions", "CustomScript", "2.1");

async function command(azure: Azure, vm: string, body: object): Promise<ReturnType<typeof at>> {
  const begun = await azure.post(`${vm}/runCommand`, { body });
  expect(begun.status).toBe(202);
  const status = await azure.finish(begun);
  expect(at(status, "status")).toBe("Succeeded");
  const result = await azure.get(begun.headers.get("location") ?? "");
  expect(at(status, "properties.output.value")).toEqual(at(result, "value"));
  return at(result, "value");
}

export const vmGuest: readonly Case[] = [
  {
    says: "Run command on Linux answers one status with both streams",
    source: sources.runCommand,
    run: async (azure) => {
      const statuses = await command(azure, web, { commandId: "RunShellScript", script: ["echo hello"] });
      expect(statuses).toEqual([
        {
          code: "ProvisioningState/succeeded",
          level: "Info",
          displayStatus: "Provisioning succeeded",
          message: "Enable succeeded: \n[stdout]\nhello\n\n[stderr]\n",
        },
      ]);
    },
  },
  {
    says: "Run command on Windows answers a status per stream",
    source: sources.runCommandPage,
    run: async (azure) => {
      const statuses = await command(azure, win, {
        commandId: "RunPowerShellScript",
        script: ["Get-Service vss"],
      });
      expect(Array.isArray(statuses) && statuses.map((status) => at(status, "code"))).toEqual([
        "ComponentStatus/StdOut/succeeded",
        "ComponentStatus/StdErr/succeeded",
      ]);
    },
  },
  {
    says: "An unknown command: 404 with the entity's sentence; a second run: 409",
    source: sources.runCommandPage,
    run: async (azure) => {
      refused(await azure.post(`${web}/runCommand`, { body: { commandId: "Nope" } }), 404, {
        code: "NotFound",
        says: "The entity was not found in this Azure location",
      });
      const first = await azure.post(`${web}/runCommand`, {
        body: { commandId: "RunShellScript", script: ["ls"] },
      });
      refused(
        await azure.post(`${web}/runCommand`, { body: { commandId: "RunShellScript", script: ["ls"] } }),
        409,
        {
          code: "Conflict",
          says: "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
        },
      );
      await azure.finish(first);
    },
  },
  {
    says: "Run command needs a running VM",
    source: sources.runCommandPage,
    run: async (azure) => {
      await azure.control.power({ vm: "win", power: "off" });
      refused(
        await azure.post(`${win}/runCommand`, {
          body: { commandId: "RunPowerShellScript", script: ["x"] },
        }),
        409,
        {
          code: "OperationNotAllowed",
          says: "The operation requires the VM to be running (or set to run).",
        },
      );
      await azure.control.power({ vm: "win", power: "on" });
    },
  },
  {
    says: "Unknown publisher and type: 404 ArtifactNotFound; unknown version: 404 ArtifactVersionNotFound",
    source: sources.extension,
    run: async (azure) => {
      await azure.advance(180);
      refused(await azure.put(`${web}/extensions/a`, { body: extension("No.Such", "Thing", "1.0") }), 404, {
        code: "ArtifactNotFound",
        says: "The VM extension with publisher 'No.Such' and type 'Thing' could not be found.",
      });
      refused(
        await azure.put(`${web}/extensions/a`, {
          body: extension("Microsoft.Azure.Extensions", "CustomScript", "9.9"),
        }),
        404,
        {
          code: "ArtifactVersionNotFound",
          says: "'9.9'",
        },
      );
      refused(
        await azure.put(`${win}/extensions/a`, {
          body: extension("Microsoft.Azure.RecoveryServices", "VMSnapshot", "1.9"),
        }),
        404,
        {
          code: "ArtifactVersionNotFound",
        },
      );
    },
  },
  {
    says: "An extension is 201 Creating, then Succeeded with the version that was installed",
    source: sources.extension,
    run: async (azure) => {
      await azure.advance(180);
      const path = `${web}/extensions/script`;
      const made = await azure.put(path, { body: customScript });
      expect([made.status, at(made, "properties.provisioningState")]).toEqual([201, "Creating"]);
      expect(made.headers.has("location")).toBe(false);
      await azure.finish(made);
      const got = await azure.get(`${path}?$expand=instanceView`);
      expect(got.json).toMatchObject({
        id: path,
        type: "Microsoft.Compute/virtualMachines/extensions",
        location: REGION,
        properties: {
          publisher: "Microsoft.Azure.Extensions",
          type: "CustomScript",
          typeHandlerVersion: "2.1",
          provisioningState: "Succeeded",
        },
      });
      expect(at(got, "properties.instanceView.typeHandlerVersion")).toMatch(/^2\.1\.\d+/);
      expect(at(got, "properties.protectedSettings")).toBeUndefined();
      refused(await azure.put(`${web}/extensions/other`, { body: customScript }), 400, {
        code: "BadRequest",
        says: "Multiple VMExtensions per handler not supported for OS type 'Linux'. VMExtension 'script' with handler 'Microsoft.Azure.Extensions.CustomScript' already added or specified in input.",
      });
    },
  },
  {
    says: "Publishers, types and versions of extensions can be listed",
    source: "azure-cli vm extension image list",
    run: async (azure) => {
      const base = `/subscriptions/${SUB}/providers/Microsoft.Compute/locations/${REGION}/publishers/Microsoft.Azure.RecoveryServices/artifacttypes/vmextension/types`;
      const types = await azure.get(base);
      expect(types.text).toContain('"VMSnapshot"');
      const found = await azure.get(`${base}/VMSnapshot/versions`);
      expect(at(found, "0.name")).toMatch(/^1\.0\.\d+\.\d+$/);
    },
  },
];
