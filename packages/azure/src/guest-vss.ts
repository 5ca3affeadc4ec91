/**
 * Sets by run command whether Azure's snapshot extension takes VSS copy backups in a Windows guest, which truncate no logs.
 * Source: https://learn.microsoft.com/azure/backup/backup-azure-vms-introduction (documented for Azure Backup, whose extension
 * restore points use)
 */
import { type RunCommandResult, restorePoller } from "@azure/arm-compute";
import { type AzureConnection, abortable } from "./connection.ts";
import { type CallOptions, type OperationKind, pollerOf, startOperation } from "./lro.ts";
import type { Poll } from "./operation.ts";
import { resourceOf } from "./resource.ts";

const KEY = String.raw`HKLM\SOFTWARE\Microsoft\BcdrAgent`;
const VALUE = "USEVSSCOPYBACKUP";

export type VssType = "full" | "copy";

/** What the guest has after the change. */
export interface VssSetting {
  readonly type: VssType;
  /** The value in the registry; null when there is none, which means full backups. */
  readonly found: string | null;
}

const query = `reg query "${KEY}" /v ${VALUE}`;
/** Each sets the value and reads it back. */
const scripts: Readonly<Record<VssType, readonly string[]>> = {
  copy: [`reg add "${KEY}" /v ${VALUE} /t REG_SZ /d TRUE /f`, query],
  full: [`reg delete "${KEY}" /v ${VALUE} /f`, query],
};

/** Parses what the guest has from the output of run command. */
export function parseVssSetting(result: Pick<RunCommandResult, "value">): VssSetting {
  const output = result.value?.find((status) => status.code?.includes("StdOut"))?.message ?? "";
  const found = new RegExp(`${VALUE}\\s+REG_SZ\\s+(\\S+)`, "i").exec(output)?.[1] ?? null;
  return { type: found?.toUpperCase() === "TRUE" ? "copy" : "full", found };
}

const setting: OperationKind<RunCommandResult, VssSetting> = {
  kind: "run-command",
  words: "set the VSS backup type of the guest",
  resume: (client, state) => restorePoller(client, state, client.virtualMachines.runCommand),
  finish: (model) => Promise.resolve(parseVssSetting(model ?? {})),
};

/** Sets the type in a running Windows guest, and reads it back. */
export async function startVssType(
  azure: AzureConnection,
  { vmId, type }: { readonly vmId: string; readonly type: VssType },
  options: CallOptions = {},
): Promise<Poll<VssSetting>> {
  const { client, path } = resourceOf<1>(azure, vmId, "virtualMachines");
  const input = { commandId: "RunPowerShellScript", script: [...scripts[type]] };
  return startOperation(setting, { azure, target: vmId, ...options }, () =>
    client.virtualMachines.runCommand(...path, input, abortable(options)),
  );
}

export const pollVssType = pollerOf(setting);
