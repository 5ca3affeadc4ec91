import { restorePoller, type VirtualMachineExtension } from "@azure/arm-compute";
import { KluisError, type OsType } from "@kluis/domain";
import { namesOf } from "./arm-id.ts";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { clientOf, continueStep, type Step, type StepOptions, startStep } from "./lro.ts";
import type { AzureOperation, ExtensionState, Poll, VmInfo } from "./types.ts";

/**
 * The snapshot extension of an operating system. A third party can only install it; the platform drives it when a restore
 * point is made. Source: https://learn.microsoft.com/azure/virtual-machines/extensions/vmsnapshot-windows
 */
export function snapshotExtension(os: OsType): {
  readonly name: string;
  readonly publisher: string;
  readonly type: string;
  readonly version: string;
} {
  const publisher = "Microsoft.Azure.RecoveryServices";
  return os === "windows"
    ? { name: "VMSnapshot", publisher, type: "VMSnapshot", version: "1.9" }
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
  options: StepOptions,
): Promise<ExtensionState | null> {
  const { subscriptionId, resourceGroup, names } = namesOf<2>(extensionId, "virtualMachines/extensions");
  const [vm, name] = names;
  const extension = await missingAsNull(
    call({ operation: "read the snapshot extension", target: extensionId }, () =>
      azure.compute(subscriptionId).virtualMachineExtensions.get(resourceGroup, vm, name, {
        expand: "instanceView",
        ...abortable(options),
      }),
    ),
  );
  return extension && stateOf(extension);
}

function installed(
  azure: AzureConnection,
  operation: Omit<AzureOperation, "poller">,
): Step<VirtualMachineExtension, ExtensionState> {
  return {
    operation,
    words: "install the snapshot extension",
    async finish(model) {
      const state = model ? stateOf(model) : await readExtension(azure, operation.target, {});
      if (state?.provisioningState === "Succeeded") return state;
      throw new KluisError("EXTENSION_FAILED", {
        message: `The snapshot extension ended as '${state?.provisioningState ?? "missing"}': ${state?.message ?? "it gave no reason"}`,
        action: "Look at the extension's status on the VM's page in Azure.",
        params: { extensionId: operation.target },
      });
    },
  };
}

/** Installs the snapshot extension when it is not there and well; done at once when it is. */
export async function startExtension(
  azure: AzureConnection,
  vm: Pick<VmInfo, "id" | "location" | "osType">,
  options: StepOptions = {},
): Promise<Poll<ExtensionState>> {
  const wanted = snapshotExtension(vm.osType);
  const { subscriptionId, resourceGroup, names } = namesOf<1>(vm.id, "virtualMachines");
  const target = `${vm.id}/extensions/${wanted.name}`;
  const operation = { kind: "extension", target, subscriptionId } as const;
  const present = await readExtension(azure, target, options);
  if (present?.provisioningState === "Succeeded") return { status: "done", result: present };
  const body: VirtualMachineExtension = {
    location: vm.location,
    publisher: wanted.publisher,
    typePropertiesType: wanted.type,
    typeHandlerVersion: wanted.version,
    autoUpgradeMinorVersion: true,
  };
  const client = azure.compute(subscriptionId);
  return startStep(
    () =>
      client.virtualMachineExtensions.createOrUpdate(
        resourceGroup,
        names[0],
        wanted.name,
        body,
        abortable(options),
      ),
    installed(azure, operation),
    options,
  );
}

/** @throws KluisError EXTENSION_FAILED, AGENT_NOT_READY */
export async function pollExtension(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions = {},
): Promise<Poll<ExtensionState>> {
  const client = clientOf(azure, operation);
  return continueStep(
    (state) => restorePoller(client, state, client.virtualMachineExtensions.createOrUpdate),
    { ...installed(azure, operation), operation },
    options,
  );
}
