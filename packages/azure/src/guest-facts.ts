import { type RunCommandResult, restorePoller } from "@azure/arm-compute";
import { KluisError } from "@kluis/domain";
import { z } from "zod";
import { namesOf } from "./arm-id.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { clientOf, continueStep, type Step, type StepOptions, startStep } from "./lro.ts";
import type { AzureOperation, Poll, WindowsGuestFacts } from "./types.ts";

/** Reads only. Its output stays far below the 4,096 bytes that run command gives back. */
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
    message: "The guest's answer about its services and programs could not be read.",
    action: "Check on the VM that run command works.",
    params: { vmId, output: output.slice(0, 300) },
  });
}

/** Reads the script's JSON out of run command's result. Pure. */
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

function read(operation: Omit<AzureOperation, "poller">): Step<RunCommandResult, WindowsGuestFacts> {
  return {
    operation,
    words: "read the guest's services and programs",
    finish: async (model) => parseGuestFacts(operation.target, model ?? {}),
  };
}

/** Asks a running Windows guest what protection has changed in it (run command, takes some 20 seconds in Azure). */
export async function startGuestFacts(
  azure: AzureConnection,
  vmId: string,
  options: StepOptions = {},
): Promise<Poll<WindowsGuestFacts>> {
  const { subscriptionId, resourceGroup, names } = namesOf<1>(vmId, "virtualMachines");
  const operation = { kind: "run-command", target: vmId, subscriptionId } as const;
  const input = { commandId: "RunPowerShellScript", script };
  return startStep(
    () =>
      azure
        .compute(subscriptionId)
        .virtualMachines.runCommand(resourceGroup, names[0], input, abortable(options)),
    read(operation),
    options,
  );
}

export async function pollGuestFacts(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions = {},
): Promise<Poll<WindowsGuestFacts>> {
  const client = clientOf(azure, operation);
  return continueStep(
    (state) => restorePoller(client, state, client.virtualMachines.runCommand),
    { ...read(operation), operation },
    options,
  );
}
