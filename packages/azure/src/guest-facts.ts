/** Reads from a Windows guest what protection has changed in it, by run command. */
import { type RunCommandResult, restorePoller } from "@azure/arm-compute";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { type AzureConnection, abortable } from "./connection.ts";
import { type CallOptions, type OperationKind, pollerOf, startOperation } from "./lro.ts";
import type { Poll } from "./operation.ts";
import { resourceOf } from "./resource.ts";
import type { WindowsGuestFacts } from "./types.ts";

/** Only reads. Its output stays far below the 4,096 bytes that run command returns. */
const script = [
  "@{",
  "  services = @(Get-Service VSS,IaaSVmProvider -ErrorAction SilentlyContinue | Select-Object Name,StartType)",
  "  programs = @(Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*,HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\* -ErrorAction SilentlyContinue | Where-Object DisplayName -like 'Microsoft Visual C++ 2013 Redistributable (x64)*' | Select-Object DisplayName,DisplayVersion)",
  "} | ConvertTo-Json -Compress -Depth 3",
];

/** Windows PowerShell writes an enumeration as its number. */
const startTypes: Readonly<Record<string, string>> = { 2: "Automatic", 3: "Manual", 4: "Disabled" };

const outputSchema = z.object({
  services: z.array(z.object({ Name: z.string(), StartType: z.union([z.string(), z.number()]) })).default([]),
  programs: z.array(z.object({ DisplayName: z.string(), DisplayVersion: z.string() })).default([]),
});

function unreadable(vmId: string, output: string): KluisError {
  return new KluisError("AZURE_FAILED", {
    reason: "guest-answer",
    message: "Kluis could not read the guest's answer about its services and programs.",
    action: "Check that run command works on the VM.",
    params: { vmId, output: output.slice(0, 300) },
  });
}

/** Parses the script's JSON in run command's result. @throws KluisError AZURE_FAILED */
export function parseGuestFacts(vmId: string, result: Pick<RunCommandResult, "value">): WindowsGuestFacts {
  const output = result.value?.find((status) => status.code?.includes("StdOut"))?.message ?? "";
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(vmId, output);
    throw error;
  }
  const parsed = outputSchema.safeParse(json);
  if (!parsed.success) throw unreadable(vmId, output);
  const { services, programs } = parsed.data;
  const named = (name: string) => services.find((service) => service.Name.toLowerCase() === name);
  const vss = named("vss");
  return {
    vcRedist2013: programs[0]?.DisplayVersion ?? null,
    vssStartType: vss ? (startTypes[String(vss.StartType)] ?? String(vss.StartType)) : null,
    iaasVmProviderInstalled: named("iaasvmprovider") !== undefined,
  };
}

const reading: OperationKind<RunCommandResult, WindowsGuestFacts> = {
  kind: "run-command",
  words: "read the guest's services and programs",
  resume: (client, state) => restorePoller(client, state, client.virtualMachines.runCommand),
  finish: async (model, { target }) => parseGuestFacts(target, model ?? {}),
};

/** Starts run command in a running Windows guest. Takes about 20 seconds in Azure. */
export async function startGuestFacts(
  azure: AzureConnection,
  vmId: string,
  options: CallOptions = {},
): Promise<Poll<WindowsGuestFacts>> {
  const { client, path } = resourceOf<1>(azure, vmId, "virtualMachines");
  const input = { commandId: "RunPowerShellScript", script };
  return startOperation(reading, { azure, target: vmId, ...options }, () =>
    client.virtualMachines.runCommand(...path, input, abortable(options)),
  );
}

/** Polls a run of {@link startGuestFacts}. @throws KluisError AZURE_FAILED when the answer is unreadable */
export const pollGuestFacts = pollerOf(reading);
