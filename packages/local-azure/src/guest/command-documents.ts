/** The commands that run command knows, per operating system. */

interface CommandDocument {
  id: string;
  osType: "Windows" | "Linux";
  label: string;
  description: string;
}

const windows = (id: string, label: string, description: string): CommandDocument => ({
  id,
  osType: "Windows",
  label,
  description,
});

/** In the order in which Azure lists them. Source: the response of RunCommands_List. */
export const commandDocuments: readonly CommandDocument[] = [
  windows("DisableNLA", "Disable NLA", "Disable Network Level Authentication"),
  windows("DisableWindowsUpdate", "Disable Windows Update", "Disable Windows Update Automatic Updates"),
  windows(
    "EnableAdminAccount",
    "Enable administrator account",
    "Checks if the local administrator account is disabled, and if so enables it.",
  ),
  windows("EnableEMS", "Enable EMS", "Enable EMS"),
  windows("EnableRemotePS", "Enable remote PowerShell", "Enable remote PowerShell"),
  windows("EnableWindowsUpdate", "Enable Windows Update", "Enable Windows Update Automatic Updates"),
  windows(
    "IPConfig",
    "List IP configuration",
    "Shows detailed information for the IP address, subnet mask and default gateway for each adapter bound to TCP/IP.",
  ),
  windows(
    "RDPSettings",
    "Verify RDP Listener Settings",
    "Checks registry settings and domain policy settings.",
  ),
  windows(
    "ResetRDPCert",
    "Restore RDP Authentication mode to defaults",
    "Removes the SSL certificate tied to the RDP listener and restores the RDP listener security to default.",
  ),
  windows(
    "RunPowerShellScript",
    "Executes a PowerShell script",
    "Custom multiline PowerShell script should be defined in script property. Optional parameters can be set in parameters property.",
  ),
  windows(
    "SetRDPPort",
    "Set Remote Desktop port",
    "Sets the default or user specified port number for Remote Desktop connections.",
  ),
  {
    id: "RunShellScript",
    osType: "Linux",
    label: "Executes a Linux shell script",
    description:
      "Custom multiline shell script should be defined in script property. Optional parameters can be set in parameters property.",
  },
  {
    id: "ifconfig",
    osType: "Linux",
    label: "List network configuration",
    description: "Get the configuration of all network interfaces.",
  },
];

/** Finds a command by id, in any letter case. */
export function findCommand(id: string): CommandDocument | undefined {
  return commandDocuments.find((document) => document.id.toLowerCase() === id.toLowerCase());
}

/** A document as ARM lists it. */
export function commandDocumentBody({
  id,
  osType,
  label,
  description,
}: CommandDocument): Record<string, unknown> {
  return {
    $schema: "http://schema.management.azure.com/schemas/2016-11-17/runcommands.json",
    id,
    osType,
    label,
    description,
  };
}

/** A document with its script, as ARM returns one. */
export function commandDocumentDetail(document: CommandDocument): Record<string, unknown> {
  const takesScript = document.id === "RunPowerShellScript" || document.id === "RunShellScript";
  return {
    ...commandDocumentBody(document),
    script: takesScript ? ["param(", "    [string]$arg1,", "    [string]$arg2", ")"] : [],
    parameters: takesScript
      ? [
          { name: "arg1", type: "string", defaultValue: "foo" },
          { name: "arg2", type: "string", defaultValue: "bar" },
        ]
      : [],
  };
}
