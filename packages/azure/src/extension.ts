/** The snapshot extension of a VM: read and installed. */
import { restorePoller, type VirtualMachineExtension } from "@azure/arm-compute";
import { KluisError, type OsType } from "@kluis/domain";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { type CallOptions, type OperationKind, pollerOf, startOperation } from "./lro.ts";
import type { Poll } from "./operation.ts";
import { resourceOf } from "./resource.ts";
import type { ExtensionState, VmInfo } from "./types.ts";

/**
 * The snapshot extension of an operating system. A third party can only install it; the platform runs it for each restore
 * point. Every published version is 1.0.x, and Azure upgrades minor versions itself. Source: https://learn.microsoft.com/azure/virtual-machines/extensions/vmsnapshot-windows
 */
export function snapshotExtension(os: OsType): {
  readonly name: string;
  readonly publisher: string;
  readonly type: string;
  readonly version: string;
} {
  const publisher = "Microsoft.Azure.RecoveryServices";
  return os === "windows"
    ? { name: "VMSnapshot", publisher, type: "VMSnapshot", version: "1.0" }
    : { name: "VMSnapshotLinux", publisher, type: "VMSnapshotLinux", version: "1.0" };
}

function stateOf(extension: VirtualMachineExtension): ExtensionState {
  return {
    name: extension.name ?? "",
    publisher: extension.publisher ?? "",
    type: extension.typePropertiesType ?? "",
    version: extension.typeHandlerVersion ?? "",
    provisioningState: extension.provisioningState ?? "",
    message: extension.instanceView?.statuses?.[0]?.message ?? null,
  };
}

async function readExtension(
  azure: AzureConnection,
  extensionId: string,
  options: CallOptions = {},
): Promise<ExtensionState | null> {
  const { client, path } = resourceOf<2>(azure, extensionId, "virtualMachines/extensions");
  const query = { expand: "instanceView", ...abortable(options) };
  const extension = await missingAsNull(
    call({ operation: "read the snapshot extension", target: extensionId }, () =>
      client.virtualMachineExtensions.get(...path, query),
    ),
  );
  return extension && stateOf(extension);
}

const installation: OperationKind<VirtualMachineExtension, ExtensionState> = {
  kind: "extension",
  words: "install the snapshot extension",
  resume: (client, state) => restorePoller(client, state, client.virtualMachineExtensions.createOrUpdate),
  async finish(model, { azure, target }) {
    const found = model ? stateOf(model) : await readExtension(azure, target);
    if (found?.provisioningState === "Succeeded") return found;
    const state = found?.provisioningState ?? "missing";
    const azureMessage = found?.message ?? null;
    throw new KluisError("EXTENSION_FAILED", {
      reason: "reported",
      message: `The snapshot extension ended in state '${state}': ${azureMessage ?? "it gave no reason"}`,
      action: "Check the extension's status on the VM's page in Azure.",
      params: { extensionId: target, state, azureMessage },
    });
  },
};

/** Installs the snapshot extension; done at once when it is installed already. */
export async function startExtension(
  azure: AzureConnection,
  vm: Pick<VmInfo, "id" | "location" | "osType">,
  options: CallOptions = {},
): Promise<Poll<ExtensionState>> {
  const wanted = snapshotExtension(vm.osType);
  const target = `${vm.id}/extensions/${wanted.name}`;
  const present = await readExtension(azure, target, options);
  if (present?.provisioningState === "Succeeded") return { status: "done", result: present };
  const { client, path } = resourceOf<2>(azure, target, "virtualMachines/extensions");
  const body: VirtualMachineExtension = {
    location: vm.location,
    publisher: wanted.publisher,
    typePropertiesType: wanted.type,
    typeHandlerVersion: wanted.version,
    autoUpgradeMinorVersion: true,
  };
  return startOperation(installation, { azure, target, ...options }, () =>
    client.virtualMachineExtensions.createOrUpdate(...path, body, abortable(options)),
  );
}

/** Polls an installation. @throws KluisError EXTENSION_FAILED, AGENT_NOT_READY */
export const pollExtension = pollerOf(installation);
